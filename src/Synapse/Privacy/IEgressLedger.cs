using Synapse.Library;

namespace Synapse.Privacy;

/// <summary>Which entries to read.</summary>
/// <param name="Provider">Only of this provider; null for all.</param>
/// <param name="CollectionId">Only what carried text of this collection; null for all.</param>
/// <param name="Purpose">Only for this purpose; null for all.</param>
public sealed record EgressFilter(string? Provider = null, long? CollectionId = null, EgressPurpose? Purpose = null);

/// <summary>The durable record of every request to a model server or another machine.</summary>
public interface IEgressLedger
{
    /// <summary>Enters a request before it is sent, so that a crash leaves a trace.</summary>
    /// <returns>Key of the entry. For a request that <see cref="EgressAttempt.Leaves"/>, the entry is on the disk when this returns; for others it may still be on its way.</returns>
    /// <exception cref="Errors.SynapseException">It cannot be written; the request must not be sent when it leaves.</exception>
    ValueTask<long> BeginAsync(EgressAttempt attempt, CancellationToken cancellationToken);

    /// <summary>Notes what became of a request. Never waits and never throws; an entry that cannot be completed stays open.</summary>
    void Complete(long entryId, EgressResult result);

    /// <summary>Reads entries, newest first.</summary>
    /// <param name="scope">What the caller may read; entries that carried nothing of it are left out unless it is everything.</param>
    /// <param name="filter">Which entries.</param>
    /// <param name="before">Only entries before this key; null from the newest.</param>
    /// <param name="limit">Most entries to return; 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<IReadOnlyList<EgressEntry>> ListAsync(AccessScope scope, EgressFilter filter, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Adds up entries by host, most bytes sent first.</summary>
    /// <param name="scope">What the caller may read, as for the list.</param>
    /// <param name="filter">Which entries.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<IReadOnlyList<EgressTotal>> SumByHostAsync(AccessScope scope, EgressFilter filter, CancellationToken cancellationToken);
}
