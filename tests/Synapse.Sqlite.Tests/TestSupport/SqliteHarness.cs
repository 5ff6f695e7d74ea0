using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Privacy;
using Synapse.StoreConformance;

namespace Synapse.Sqlite.Tests.TestSupport;

/// <summary>The embedded store in a folder of the test.</summary>
internal sealed class SqliteHarness : StoreHarness
{
    public StoreFolder Folder { get; } = new();

    public override ValueTask PrepareAsync(CancellationToken cancellationToken) => default;

    public override ValueTask PassTimeAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Time.Advance(time);
        return default;
    }

    // One process has the store open: others come after it.
    public override ValueTask LoseHoldersAsync(CancellationToken cancellationToken)
    {
        Close();
        return default;
    }

    protected override IDisposable Open() => SqliteStore.Open(Folder.Path, Time, NullLogger<SqliteStore>.Instance);

    protected override ValueTask RemoveAsync()
    {
        Folder.Dispose();
        return default;
    }

    protected override void SetRetention(IDisposable store, EgressRetention retention) => ((SqliteStore)store).LedgerRetention = retention;

    protected override ValueTask MaintainAsync(IDisposable store, CancellationToken cancellationToken)
    {
        ((SqliteStore)store).MergeAll();
        return default;
    }
}
