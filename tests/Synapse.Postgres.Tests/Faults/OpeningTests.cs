using Synapse.Errors;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests.Faults;

public sealed class OpeningTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wrong_password_is_refused_and_not_told()
    {
        await using var database = await MakeAsync();
        var url = database.Url.Replace(Uri.EscapeDataString(PostgresServer.Password), "wr0ng", StringComparison.Ordinal);
        var refused = Assert.Throws<StoreAccessDeniedException>(() => Stores.Open(Stores.Address(url)));
        Assert.Contains("DATABASE_PASSWORD_FILE", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_called_so()
    {
        await using var database = await MakeAsync();
        var url = database.Url.Replace($"/{database.Name}", "/nowhere", StringComparison.Ordinal);
        Assert.Contains("CREATE DATABASE", Assert.Throws<StoreUnsuitableException>(() => Stores.Open(Stores.Address(url))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_takes_no_writes_is_called_so()
    {
        await using var database = await MakeAsync();
        await database.ExecuteAsync($"ALTER DATABASE {database.Name} SET default_transaction_read_only = on", Token);
        Assert.Throws<StoreReadOnlyException>(() => Stores.Open(database));
    }

    [Fact]
    public async Task A_database_without_a_free_connection_is_called_busy()
    {
        await using var database = await MakeAsync();
        await database.Server.ExecuteAsync($"ALTER DATABASE {database.Name} CONNECTION LIMIT 1", Token);
        await using var taken = await database.ConnectAsync(Token);
        Assert.Contains("max_connections", Assert.Throws<StoreBusyException>(() => Stores.Open(database)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_where_nobody_listens_is_called_unreachable()
    {
        // Port 1 of the loopback address: a privileged port that no server of tests gets.
        var refused = Assert.Throws<StoreUnavailableException>(() => Stores.Open(Stores.Address("postgres://ann:s3cret@127.0.0.1:1/library")));
        Assert.Contains("ConnectionRefused", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task<PostgresDatabase> MakeAsync() => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
}
