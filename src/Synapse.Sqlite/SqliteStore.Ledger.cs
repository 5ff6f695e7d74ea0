using Synapse.Library;
using Synapse.Privacy;
using Synapse.Sqlite.Ledger;

namespace Synapse.Sqlite;

public sealed partial class SqliteStore : IEgressLedger
{
    private readonly LedgerWriter _ledger;

    /// <summary>How long the ledger remembers; 100,000 entries and a year unless it is set.</summary>
    public EgressRetention LedgerRetention
    {
        get => _ledger.Retention;
        set => _ledger.Retention = value;
    }

    /// <inheritdoc/>
    public ValueTask<long> BeginAsync(EgressAttempt attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return _ledger.BeginAsync(attempt, cancellationToken);
    }

    /// <inheritdoc/>
    public void Complete(long entryId, EgressResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _ledger.Complete(entryId, result);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EgressEntry>> ListAsync(AccessScope scope, EgressFilter filter, long? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return new(_readers.Read(connection => LedgerRows.List(connection, scope, filter, before, limit)));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EgressTotal>> SumByHostAsync(AccessScope scope, EgressFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return new(_readers.Read(connection => LedgerRows.SumByHost(connection, scope, filter)));
    }
}
