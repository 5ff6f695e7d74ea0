using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;

namespace Synapse.Storage;

/// <summary>
/// The line of ingestion jobs, which outlives every process and is the same for all servers of the store. Who works on a job holds a lease on it, measured by the
/// clock of the store alone: no clock of a server decides anything.
/// </summary>
public interface IJobStore
{
    /// <summary>Adds a queued job, or lets the unfinished job of the source do it that nobody works on.</summary>
    /// <returns>The job; changes that were made before this call are covered when it is done.</returns>
    /// <exception cref="SourceNotFoundException">The source is not there.</exception>
    ValueTask<IngestionJob> AddJobAsync(JobRequest request, CancellationToken cancellationToken);

    /// <summary>Lists the sources with a job that can be claimed now.</summary>
    ValueTask<IReadOnlyList<Source>> ListSourcesToDoAsync(CancellationToken cancellationToken);

    /// <summary>Tells which of the sources with a job to do this server sees. A job whose source no server has seen for a while waits and says so.</summary>
    /// <param name="seen">Sources that it sees.</param>
    /// <param name="unseen">Sources that it does not see.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask NoteSightAsync(IReadOnlyCollection<Source> seen, IReadOnlyCollection<Source> unseen, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a job to work on: one that is queued, one that has waited long enough, or one whose lease ran out. Of one source only the oldest unfinished job
    /// can be claimed. The most urgent goes first, then that of the collection with the fewest jobs at work, then that of the collection that was served longest ago.
    /// </summary>
    /// <returns>Null when there is none.</returns>
    ValueTask<ClaimedJob?> ClaimJobAsync(JobClaim claim, CancellationToken cancellationToken);

    /// <summary>Holds on to a job, and writes whether it runs or waits, its progress and its error.</summary>
    /// <returns>Whether the lease still held; else the job was paused, cancelled, removed or taken over, and nothing was written.</returns>
    ValueTask<bool> RenewJobAsync(JobLease lease, IngestionJob job, CancellationToken cancellationToken);

    /// <summary>Gives a job back: at its end, or queued or waiting to be claimed again. Of a job that was paused or cancelled meanwhile only the progress is written.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="job">State, attempts, progress and error to write.</param>
    /// <param name="delay">How long it is not to be claimed.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The job as it is stored now; null when the lease did not hold any more.</returns>
    ValueTask<IngestionJob?> ReleaseJobAsync(JobLease lease, IngestionJob job, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Lets a job stand still. Whoever works on it loses the lease at once. A job that has ended is left as it is.</summary>
    /// <returns>The job; null when it is not there.</returns>
    ValueTask<IngestionJob?> PauseJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken);

    /// <summary>Queues a paused job again. Any other is left as it is.</summary>
    /// <returns>The job; null when it is not there.</returns>
    ValueTask<IngestionJob?> ResumeJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken);

    /// <summary>Ends a job. Whoever works on it loses the lease at once. A job that has ended is left as it is.</summary>
    /// <returns>The job; null when it is not there.</returns>
    ValueTask<IngestionJob?> CancelJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken);

    /// <summary>Replaces the list of files that the last walk of a source left out.</summary>
    /// <param name="lease">The lease of whoever walked; null for one who needs none.</param>
    /// <param name="sourceId">The source.</param>
    /// <param name="files">The files.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="JobLostException">The lease does not hold any more; nothing was changed.</exception>
    ValueTask ReplaceSkippedFilesAsync(JobLease? lease, long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken);

    /// <summary>Lists the files that the last walk of a source left out, by path.</summary>
    ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken);

    /// <summary>Finds a job, or null.</summary>
    ValueTask<IngestionJob?> FindJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken);

    /// <summary>Lists jobs, newest first.</summary>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="collectionId">Only jobs of this collection; null for all.</param>
    /// <param name="unfinishedOnly">Only jobs that have not come to their end.</param>
    /// <param name="limit">Most jobs to return; 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<IReadOnlyList<IngestionJob>> ListJobsAsync(AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken);
}
