using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests.TestSupport;

/// <summary>Two servers on one database.</summary>
public abstract class TwoServerTests : IAsyncLifetime
{
    private protected PostgresDatabase Database { get; private set; } = null!;

    private protected PostgresStore[] Servers { get; private set; } = [];

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        Servers = [Stores.Open(Database), Stores.Open(Database)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }

        await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
