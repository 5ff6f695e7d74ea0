using System.Globalization;
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

    // The clock is the database's, which no test sets: what it is compared with is moved instead.
    public override async ValueTask PassTimeAsync(TimeSpan time, CancellationToken cancellationToken)
        => await Database.ExecuteAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"UPDATE synapse.jobs SET lease_until = lease_until - t, not_before = not_before - t, seen_at = seen_at - t, created_at = created_at - t FROM (SELECT interval '{time.TotalSeconds} seconds' AS t) AS span"),
            cancellationToken);

    // Leases run out; locks end with their connections.
    public override async ValueTask LoseHoldersAsync(CancellationToken cancellationToken)
    {
        await PassTimeAsync(TimeSpan.FromDays(1), cancellationToken);
        await Database.TerminateBackendsAsync(cancellationToken);
    }

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
