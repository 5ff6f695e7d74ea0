using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Switching;
using Synapse.Web.Switching;

namespace Synapse.Web.Library;

/// <summary>All that the library page shows at one moment.</summary>
/// <param name="Collections">The collections, by name.</param>
/// <param name="Sources">Their sources, in the order they were added.</param>
/// <param name="LatestJobs">The newest job of each source that has one, by source.</param>
/// <param name="Switches">The switches to another embedding model, by collection.</param>
internal sealed record Shelf(
    IReadOnlyList<CollectionSummary> Collections,
    IReadOnlyList<Source> Sources,
    IReadOnlyDictionary<long, IngestionJob> LatestJobs,
    IReadOnlyDictionary<long, ModelSwitch> Switches)
{
    // Enough to reach the last job of each source where watched folders add a job with every change.
    private const int JobLimit = 300;

    /// <summary>Whether it will look different soon.</summary>
    public bool IsBusy => IsIndexing || Switches.Values.Any(SwitchWords.IsMoving);

    // Whether a job is queued, running or waiting.
    private bool IsIndexing => LatestJobs.Values.Any(job => !job.IsFinished && job.State != IngestionJobState.Paused);

    /// <summary>Reads what is there now.</summary>
    public static async Task<Shelf> ReadAsync(ILibraryStore library, IJobStore jobs, ISwitchStore switches, AccessScope scope, CancellationToken cancellationToken)
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

        var switching = await switches.ListSwitchesAsync(scope, cancellationToken);
        return new Shelf(collections, sources, latest, switching.ToDictionary(static each => each.CollectionId));
    }

    /// <summary>The sources of one collection.</summary>
    public IReadOnlyList<Source> SourcesOf(Collection collection) => [.. Sources.Where(source => source.CollectionId == collection.Id)];

    /// <summary>What is to be told to who does not see the page when another shelf takes the place of this one; empty when nothing that matters has changed.</summary>
    public string ChangesTo(Shelf next)
    {
        var changes = next.Collections.Select(summary => SwitchWords.Change(
            summary.Collection.Name, Switches.GetValueOrDefault(summary.Collection.Id), next.Switches.GetValueOrDefault(summary.Collection.Id)));
        return string.Join(" ", changes.Prepend(IsIndexing && !next.IsIndexing ? "Indexing has ended." : null).Where(static change => change is not null));
    }

    /// <summary>Whether another shelf would look the same.</summary>
    public bool SameAs(Shelf other)
        => Collections.SequenceEqual(other.Collections)
            && Sources.SequenceEqual(other.Sources)
            && LatestJobs.Count == other.LatestJobs.Count
            && LatestJobs.All(pair => other.LatestJobs.TryGetValue(pair.Key, out var job) && job == pair.Value)
            && Switches.Count == other.Switches.Count
            && Switches.All(pair => other.Switches.TryGetValue(pair.Key, out var found) && found == pair.Value);
}
