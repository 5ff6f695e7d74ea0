using System.Collections.Concurrent;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Sqlite.Catalogue;
using Synapse.Storage;

namespace Synapse.Sqlite;

/// <summary>One process has the store open, so a lease holds until that process gives it back or ends.</summary>
public sealed partial class SqliteStore : IJobStore
{
    // From when on jobs may be claimed again. With the process ends the waiting, and no clock that people set is asked.
    private readonly ConcurrentDictionary<long, (long Since, TimeSpan Delay)> _delays = new();
    private long _lastLease;

    /// <inheritdoc/>
    public ValueTask<IngestionJob> AddJobAsync(JobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _writer.WriteAsync(
            connection => JobRows.Add(connection, request, _time.GetUtcNow()),
            job =>
            {
                if (request.Priority == IngestionJobPriority.Refresh)
                {
                    _delays.TryRemove(job.Id, out _);
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Source>> ListSourcesToDoAsync(CancellationToken cancellationToken)
        => new(_readers.Read(connection => JobRows.ListSourcesToDo(connection, Delayed())));

    /// <inheritdoc/>
    public async ValueTask NoteSightAsync(IReadOnlyCollection<Source> seen, IReadOnlyCollection<Source> unseen, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(unseen);
        var changed = _readers.Read(connection => JobRows.FindSighted(connection, seen.Select(source => source.Id), unseen.Select(source => source.Id)));
        if (changed.Count > 0)
        {
            await _writer.WriteAsync(
                connection =>
                {
                    JobRows.NoteSight(connection, seen, unseen);
                    return true;
                },
                committed: null,
                cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ClaimedJob?> ClaimJobAsync(JobClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return await _writer.WriteAsync(
            connection => JobRows.Claim(connection, claim, Delayed(), Interlocked.Increment(ref _lastLease), _time.GetUtcNow()), committed: null, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RenewJobAsync(JobLease lease, IngestionJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var stored = _readers.Read(connection => JobRows.FindHeld(connection, lease));

        // Nothing is written to the disk for a job that stands where it stood.
        return stored is not null
            && ((stored.State, stored.Progress, stored.ErrorCode, stored.ErrorMessage) == (job.State, job.Progress, job.ErrorCode, job.ErrorMessage)
                || await _writer.WriteAsync(connection => JobRows.Renew(connection, lease, job), committed: null, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<IngestionJob?> ReleaseJobAsync(JobLease lease, IngestionJob job, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return await _writer.WriteAsync(
            connection => JobRows.Release(connection, lease, job, _time.GetUtcNow()),
            released =>
            {
                if (released is not null && delay > TimeSpan.Zero)
                {
                    _delays[lease.JobId] = (_time.GetTimestamp(), delay);
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IngestionJob?> PauseJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => await _writer.WriteAsync(connection => JobRows.Pause(connection, scope, jobId), committed: null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IngestionJob?> ResumeJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => await _writer.WriteAsync(connection => JobRows.Resume(connection, scope, jobId), _ => _delays.TryRemove(jobId, out var _), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IngestionJob?> CancelJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => await _writer.WriteAsync(connection => JobRows.Cancel(connection, scope, jobId, _time.GetUtcNow()), committed: null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask ReplaceSkippedFilesAsync(JobLease? lease, long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        await _writer.WriteAsync(
            connection =>
            {
                JobRows.ReplaceSkipped(connection, lease, sourceId, files);
                return true;
            },
            committed: null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => JobRows.ListSkipped(connection, scope, sourceId)));

    /// <inheritdoc/>
    public ValueTask<IngestionJob?> FindJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => JobRows.Find(connection, scope, jobId)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<IngestionJob>> ListJobsAsync(
        AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return new(_readers.Read(connection => JobRows.List(connection, scope, collectionId, unfinishedOnly, limit)));
    }

    private List<long> Delayed()
    {
        var delayed = new List<long>();
        foreach (var (jobId, (since, delay)) in _delays)
        {
            if (_time.GetElapsedTime(since) < delay)
            {
                delayed.Add(jobId);
            }
            else
            {
                _delays.TryRemove(jobId, out _);
            }
        }

        return delayed;
    }
}
