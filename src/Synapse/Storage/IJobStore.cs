using Synapse.Ingestion;
using Synapse.Library;

namespace Synapse.Storage;

/// <summary>Where ingestion jobs are kept, so that they outlive the process.</summary>
public interface IJobStore
{
    /// <summary>Adds a queued job, or returns the queued job that this source has already.</summary>
    ValueTask<IngestionJob> AddJobAsync(long collectionId, long sourceId, CancellationToken cancellationToken);

    /// <summary>Writes the job's state, progress and error. Does nothing when the job is gone.</summary>
    ValueTask UpdateJobAsync(IngestionJob job, CancellationToken cancellationToken);

    /// <summary>Replaces the list of files that the last walk of a source left out.</summary>
    ValueTask ReplaceSkippedFilesAsync(long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken);

    /// <summary>Lists the files that the last walk of a source left out, by path.</summary>
    ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken);

    /// <summary>Finds a job, or null.</summary>
    ValueTask<IngestionJob?> FindJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken);

    /// <summary>Lists jobs, newest first.</summary>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="collectionId">Only jobs of this collection; null for all.</param>
    /// <param name="unfinishedOnly">Only jobs that are queued, running or waiting.</param>
    /// <param name="limit">Most jobs to return; 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<IReadOnlyList<IngestionJob>> ListJobsAsync(AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken);
}
