using Synapse.Ingestion;

namespace Synapse.Storage;

/// <summary>Asks for a source to be brought up to date.</summary>
/// <param name="CollectionId">The collection.</param>
/// <param name="SourceId">The source.</param>
/// <param name="Priority">How urgent it is. <see cref="IngestionJobPriority.Refresh"/> of a source that was never brought up to date is its first load, and stored as that.</param>
/// <param name="ChangedPaths">Paths relative to the source that changed; null when all of it is to be looked at.</param>
public sealed record JobRequest(long CollectionId, long SourceId, IngestionJobPriority Priority, IReadOnlyCollection<string>? ChangedPaths = null)
{
    /// <summary>Most paths that a job keeps: beyond this a walk costs less than looking at each.</summary>
    public const int MaxPaths = 500;
}
