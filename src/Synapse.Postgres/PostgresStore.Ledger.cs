using Synapse.Library;
using Synapse.Postgres.Ledger;
using Synapse.Privacy;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : IEgressLedger
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
    public async ValueTask<IReadOnlyList<EgressEntry>> ListAsync(AccessScope scope, EgressFilter filter, long? before, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return await _connections.ReadAsync((connection, token) => LedgerRows.ListAsync(connection, scope, filter, before, limit, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<EgressTotal>> SumByHostAsync(AccessScope scope, EgressFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return await _connections.QueryAsync((connection, token) => LedgerRows.SumByHostAsync(connection, scope, filter, token), cancellationToken);
    }
}
