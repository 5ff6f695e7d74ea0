using Synapse.PostgresServers;
using Synapse.Privacy;
using Synapse.StoreConformance;

namespace Synapse.Postgres.Tests.TestSupport;

/// <summary>The team store in a database of the test.</summary>
internal sealed class PostgresHarness : StoreHarness
{
    private PostgresDatabase? _database;

    public PostgresDatabase Database => _database ?? throw new InvalidOperationException("PrepareAsync comes first.");

    public override async ValueTask PrepareAsync(CancellationToken cancellationToken)
        => _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(cancellationToken);

    protected override IDisposable Open() => Stores.Open(Database, time: Time);

    protected override async ValueTask RemoveAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    protected override void SetRetention(IDisposable store, EgressRetention retention) => ((PostgresStore)store).LedgerRetention = retention;

    protected override ValueTask MaintainAsync(IDisposable store, CancellationToken cancellationToken) => new(((PostgresStore)store).MaintainAsync(cancellationToken));
}
