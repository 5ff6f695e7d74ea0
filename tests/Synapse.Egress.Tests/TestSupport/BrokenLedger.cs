using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;

namespace Synapse.Egress.Tests.TestSupport;

/// <summary>A ledger on a disk that is full.</summary>
internal sealed class BrokenLedger : IEgressLedger
{
    public ValueTask<long> BeginAsync(EgressAttempt attempt, CancellationToken cancellationToken) => throw new DiskFullException("/full/synapse.db");

    public void Complete(long entryId, EgressResult result) => throw new InvalidOperationException("Nothing was begun.");

    public ValueTask<IReadOnlyList<EgressEntry>> ListAsync(AccessScope scope, EgressFilter filter, long? before, int limit, CancellationToken cancellationToken)
        => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<EgressTotal>> SumByHostAsync(AccessScope scope, EgressFilter filter, CancellationToken cancellationToken)
        => throw new NotSupportedException();
}
