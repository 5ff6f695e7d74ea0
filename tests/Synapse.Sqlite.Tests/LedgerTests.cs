using Microsoft.Data.Sqlite;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Migrations;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.StoreConformance;

namespace Synapse.Sqlite.Tests;

public sealed class LedgerTests() : LedgerSuite(new SqliteHarness())
{
    [Fact]
    public async Task A_store_of_the_first_schema_gets_the_ledger_and_its_collections_stay_unrestricted()
    {
        using (var connection = StoreConnection.Open(((SqliteHarness)Harness).Folder.Database, SqliteOpenMode.ReadWriteCreate))
        {
            SchemaMigrations.Apply(connection, target: 1);
            connection.Execute("INSERT INTO collections(name, created_at) VALUES('docs', 0)");
        }

        var collection = Assert.Single(await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token)).Collection;
        Assert.Equal(("docs", CollectionPrivacy.Unrestricted), (collection.Name, collection.Privacy));
        var entry = await Harness.Ledger.BeginAsync(new EgressAttempt(Harness.Time.GetUtcNow(), "openai", "openai:443", AddressReach.Public, EgressPurpose.Chat, []), Token);
        Assert.Equal(entry, Assert.Single(await Harness.Ledger.ListAsync(AccessScope.Everything, new EgressFilter(), null, 10, Token)).Id);
    }
}
