using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Synapse.Postgres;
using Synapse.PostgresServers;
using Synapse.Sqlite;
using Synapse.Storage;

namespace Synapse.StoreCopying.Tests.TestSupport;

/// <summary>Which store.</summary>
public enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>A place of one test for a store, which is opened and closed by the test.</summary>
internal sealed class StorePlace : IAsyncDisposable
{
    private readonly PostgresDatabase? _database;

    private StorePlace(PostgresDatabase? database)
    {
        _database = database;
        Folder = Directory.CreateTempSubdirectory("synapse-copying-").FullName;
    }

    /// <summary>The data folder.</summary>
    public string Folder { get; }

    /// <summary>The database.</summary>
    public PostgresDatabase Database => _database!;

    /// <summary>The place as the command line names it.</summary>
    public string Url => _database?.Url ?? $"sqlite://{Folder}";

    /// <summary>Makes an empty place.</summary>
    public static async Task<StorePlace> MakeAsync(StoreKind kind)
        => new(kind == StoreKind.Sqlite ? null : await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken));

    /// <summary>Opens the store.</summary>
    public OpenStore Open()
    {
        if (_database is null)
        {
            return new OpenStore(SqliteStore.Open(Folder, TimeProvider.System, NullLogger<SqliteStore>.Instance));
        }

        var faults = new List<string>();
        var settings = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("DATABASE_URL", (string?)_database.Url)]).Build();
        var address = DatabaseAddress.Read(settings, faults);
        Assert.Empty(faults);
        return new OpenStore(PostgresStore.Open(
            address!, new PostgresOptions { ConnectTimeout = TimeSpan.FromSeconds(30) }, TimeProvider.System, NullLogger<PostgresStore>.Instance));
    }

    /// <summary>Changes the database behind the store's back.</summary>
    public void Tamper(string sql)
    {
        using var connection = new NpgsqlConnection(Database.Server.Connection(PostgresServer.Superuser, Database.Name).ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        Assert.InRange(command.ExecuteNonQuery(), 1, int.MaxValue);
    }

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}

/// <summary>A store by its ports.</summary>
internal sealed class OpenStore(IDisposable store) : IDisposable
{
    public IImportableStore Store => (IImportableStore)store;

    public ISearchStore Search => (ISearchStore)store;

    public ISwitchStore Switching => (ISwitchStore)store;

    public Privacy.IEgressLedger Ledger => (Privacy.IEgressLedger)store;

    public void Dispose() => store.Dispose();
}
