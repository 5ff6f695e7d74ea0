using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.Web.Library;

/// <summary>All that the library page shows at one moment.</summary>
/// <param name="Collections">The collections, by name.</param>
/// <param name="Sources">Their sources, in the order they were added.</param>
/// <param name="LatestJobs">The newest job of each source that has one, by source.</param>
internal sealed record Shelf(IReadOnlyList<CollectionSummary> Collections, IReadOnlyList<Source> Sources, IReadOnlyDictionary<long, IngestionJob> LatestJobs)
{
    // Enough to reach the last job of each source where watched folders add a job with every change.
    private const int JobLimit = 300;

    /// <summary>Whether a job is queued, running or waiting.</summary>
    public bool IsBusy => LatestJobs.Values.Any(job => !job.IsFinished && job.State != IngestionJobState.Paused);

    /// <summary>Reads what is there now.</summary>
    public static async Task<Shelf> ReadAsync(ILibraryStore library, IJobStore jobs, AccessScope scope, CancellationToken cancellationToken)
    {
        var collections = await library.ListCollectionsAsync(scope, cancellationToken);
        var sources = await library.ListSourcesAsync(scope, null, cancellationToken);
        var latest = new Dictionary<long, IngestionJob>();
        foreach (var job in await jobs.ListJobsAsync(scope, null, unfinishedOnly: false, JobLimit, cancellationToken))
        {
            // Newest first; one that is not at its end says more than one that waits behind it.
            if (!latest.TryGetValue(job.SourceId, out var known) || (known.State == IngestionJobState.Queued && !job.IsFinished))
            {
                latest[job.SourceId] = job;
            }
        }

        return new Shelf(collections, sources, latest);
    }

    /// <summary>The sources of one collection.</summary>
    public IReadOnlyList<Source> SourcesOf(Collection collection) => [.. Sources.Where(source => source.CollectionId == collection.Id)];

    /// <summary>Whether another shelf would look the same.</summary>
    public bool SameAs(Shelf other)
        => Collections.SequenceEqual(other.Collections)
            && Sources.SequenceEqual(other.Sources)
            && LatestJobs.Count == other.LatestJobs.Count
            && LatestJobs.All(pair => other.LatestJobs.TryGetValue(pair.Key, out var job) && job == pair.Value);
}
