using Microsoft.Extensions.Logging;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Ingestion;

/// <summary>The work of this process on one job, from the claim until it gives the job back or loses it.</summary>
internal sealed partial class JobAttempt(
    ClaimedJob claimed,
    IJobStore jobs,
    ILibraryStore library,
    IngestionPipeline pipeline,
    JobBoard board,
    SourceSight sight,
    IngestionOptions options,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    private const int MaxCrashes = 3;
    private const int UnlikelyRetryFactor = 20;

    /// <summary>A job that is seen to wait so many times in a row is not one that another lane or server is about to take.</summary>
    private const int PatienceHeartbeats = 3;

    // Pausing and cancelling on another server are seen this soon.
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_outagePause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromHours(1);

    private readonly JobLease _lease = claimed.Lease;
    private readonly TrackedJob _tracked = board.Hold(claimed.Job);
    private readonly CancellationTokenSource _lost = new();
    private readonly SemaphoreSlim _writing = new(1);
    private volatile bool _shouldYield;
    private volatile bool _isCutOff;
    private int _othersSeen;

    /// <summary>What becomes of the job; null when that is not this process' to say any more.</summary>
    private sealed record Ending(IngestionJob Job, TimeSpan Delay = default);

    /// <summary>Does the work.</summary>
    /// <param name="stopping">Stops the process.</param>
    /// <returns>Whether the job was given back early, so that others get their turn.</returns>
    public async Task<bool> RunAsync(CancellationToken stopping)
    {
        using var activity = SynapseTelemetry.BeginJob(_lease.JobId);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, _lost.Token);
        using var beating = new CancellationTokenSource();
        _tracked.Begin(claimed.Job, _lost);
        var heartbeat = BeatAsync(beating.Token);
        Ending? ending;
        try
        {
            ending = await WorkAsync(stop.Token, stopping);
        }
        finally
        {
            await beating.CancelAsync();
            await heartbeat;
        }

        await EndAsync(ending, stopping);
        return _shouldYield && ending?.Job.State == IngestionJobState.Queued;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        board.Drop(_tracked);
        _lost.Dispose();
        _writing.Dispose();
    }

    private async Task<Ending?> WorkAsync(CancellationToken stop, CancellationToken stopping)
    {
        if (claimed.Crashes >= MaxCrashes)
        {
            LogPoison(_lease.JobId, claimed.Job.SourceId, claimed.Crashes);
            return Failed(
                "job_crashed",
                $"The process ended, or lost the database, {claimed.Crashes} times while it worked on this job. Index the folder again after removing or ignoring the file that causes it.");
        }

        while (true)
        {
            try
            {
                return await TryAsync(stop) ? new Ending(_tracked.Current with { State = IngestionJobState.Completed }) : BackInLine();
            }
            catch (JobLostException)
            {
                return null;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested || _lost.IsCancellationRequested)
            {
                // Of a job that was paused, cancelled or taken over, the store knows what becomes of it.
                return stopping.IsCancellationRequested || _isCutOff ? BackInLine() : null;
            }
            catch (SynapseException waits) when (waits is ProviderException or EgressRefusedException && waits.Kind == SynapseErrorKind.Unavailable)
            {
                // Jobs of other collections need not wait for this provider.
                return Waiting(waits, DelayAfter(waits));
            }
            catch (SynapseException waits) when (waits.Kind == SynapseErrorKind.Unavailable)
            {
                await WaitOutAsync(waits, stop);
            }
            catch (SynapseException refused)
            {
                // A folder that this server does not see any more is left to one that does.
                return refused is PathNotFoundException && await FindUnseenAsync(claimed.Job.SourceId) is { } source
                    ? Waiting(new SourceUnseenException(source.Location), TimeSpan.Zero)
                    : Failed(refused.Code, refused.Message);
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                LogFailed(fault, _lease.JobId, claimed.Job.SourceId);
                return Failed("internal_error", $"Indexing stopped on a fault of the program: {fault.Message}");
            }
        }
    }

    /// <returns>Whether all was done.</returns>
    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_tracked.Current.State != IngestionJobState.Running)
        {
            _tracked.Set(_tracked.Current with { State = IngestionJobState.Running, ErrorCode = null, ErrorMessage = null });
            await TryRenewAsync(cancellationToken);
        }

        var sourceId = claimed.Job.SourceId;
        var source = await library.FindSourceAsync(AccessScope.Everything, sourceId, cancellationToken) ?? throw new SourceNotFoundException(sourceId);
        var work = new IngestionWork(_lease, progress => _tracked.Set(_tracked.Current with { Progress = progress })) { ShouldYield = () => _shouldYield };
        var outcome = await pipeline.RunAsync(source, claimed.ChangedPaths, work, cancellationToken);
        _tracked.Set(_tracked.Current with { Progress = outcome.Progress });
        if (outcome.IsComplete)
        {
            await RecordSkippedAsync(sourceId, outcome.Skipped, cancellationToken);
        }

        return outcome.IsComplete;
    }

    // Written only when it differs, because the usual run finds what the last one found.
    private async Task RecordSkippedAsync(long sourceId, IReadOnlyList<SkippedFile> skipped, CancellationToken cancellationToken)
    {
        var changedPaths = claimed.ChangedPaths?.ToHashSet(StringComparer.Ordinal);
        if (changedPaths is { Count: 0 })
        {
            return;
        }

        var known = await jobs.ListSkippedFilesAsync(AccessScope.Everything, sourceId, cancellationToken);
        if (changedPaths is not null)
        {
            skipped = [.. known.Where(file => !changedPaths.Contains(file.Path)).Concat(skipped)
                .DistinctBy(static file => file.Path, StringComparer.Ordinal).OrderBy(static file => file.Path, StringComparer.Ordinal)];
        }

        if (!known.OrderBy(static file => file.Path, StringComparer.Ordinal).SequenceEqual(skipped))
        {
            await jobs.ReplaceSkippedFilesAsync(_lease, sourceId, skipped, cancellationToken);
            SynapseTelemetry.Skipped(skipped.ExceptBy(known.Select(static file => file.Path), static file => file.Path));
        }
    }

    // What keeps the store from taking anything keeps every job: this one waits where it is, and holds its lease.
    private async Task WaitOutAsync(SynapseException waits, CancellationToken cancellationToken)
    {
        LogWaiting(_lease.JobId, claimed.Job.SourceId, waits.Code);
        board.Hinder(waits);
        _tracked.Set(_tracked.Current with { State = IngestionJobState.Waiting, ErrorCode = waits.Code, ErrorMessage = waits.Message });
        try
        {
            await TryRenewAsync(cancellationToken);
            await Task.Delay(options.RetryDelay, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The next attempt ends at once and says why.
        }
    }

    private async Task<Source?> FindUnseenAsync(long sourceId)
        => await library.FindSourceAsync(AccessScope.Everything, sourceId, CancellationToken.None) is { } source
            && !await sight.SeesAsync(source, CancellationToken.None)
                ? source
                : null;

    // Neither an orderly stop nor a turn that ended is a crash: the next one begins where this one was.
    private Ending BackInLine()
        => new(_tracked.Current with { State = IngestionJobState.Queued, Attempts = Math.Max(0, claimed.Job.Attempts - 1), ErrorCode = null, ErrorMessage = null });

    // Waiting is no crash either, however often it comes to that.
    private Ending Waiting(SynapseException waits, TimeSpan delay)
    {
        LogWaiting(_lease.JobId, claimed.Job.SourceId, waits.Code);
        return new Ending(
            _tracked.Current with { State = IngestionJobState.Waiting, Attempts = Math.Max(0, claimed.Job.Attempts - 1), ErrorCode = waits.Code, ErrorMessage = waits.Message }, delay);
    }

    private Ending Failed(string code, string message) => new(_tracked.Current with { State = IngestionJobState.Failed, ErrorCode = code, ErrorMessage = message });

    // What only a person can mend is looked at seldom; a wrong key that is tried every few seconds gets an account locked.
    private TimeSpan DelayAfter(SynapseException waits)
    {
        var delay = waits is EgressRefusedException or ProviderException { Failure: ProviderFailure.QuotaExhausted or ProviderFailure.Auth or ProviderFailure.BadConfig }
            ? options.RetryDelay * UnlikelyRetryFactor
            : options.RetryDelay;
        return waits is ProviderException { RetryAfter: { } asked } && asked > delay ? (asked < s_longestDelay ? asked : s_longestDelay) : delay;
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var heard = began;
        try
        {
            while (true)
            {
                await Task.Delay(s_heartbeat, time, cancellationToken);
                var asked = time.GetTimestamp();
                switch (await TryRenewAsync(cancellationToken))
                {
                    case true:
                        heard = asked;
                        await CheckTurnAsync(time.GetElapsedTime(began), cancellationToken);
                        break;
                    case false:
                        await _lost.CancelAsync();
                        return;
                    case null when time.GetElapsedTime(heard) > _lease.Duration:
                        // Another server has it by now, most likely; what this one goes on to embed would be embedded twice.
                        _isCutOff = true;
                        await _lost.CancelAsync();
                        return;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The work has ended.
        }
    }

    /// <returns>Whether the lease holds; null when that is not known, because the store cannot be reached or written.</returns>
    private async Task<bool?> TryRenewAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return await jobs.RenewJobAsync(_lease, _tracked.Current, cancellationToken);
        }
        catch (SynapseException fault)
        {
            LogNotSaved(fault, _lease.JobId);
            return null;
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task CheckTurnAsync(TimeSpan elapsed, CancellationToken cancellationToken)
    {
        if (_shouldYield || elapsed < options.Turn)
        {
            return;
        }

        try
        {
            var others = (await jobs.ListSourcesToDoAsync(cancellationToken)).Where(source => source.CollectionId != claimed.Job.CollectionId).ToList();
            var (seen, _) = await sight.LookAsync(others, cancellationToken);
            _othersSeen = seen.Count == 0 ? 0 : _othersSeen + 1;
            _shouldYield = _othersSeen >= PatienceHeartbeats;
        }
        catch (SynapseException fault)
        {
            LogNotSaved(fault, _lease.JobId);
        }
    }

    private async Task EndAsync(Ending? ending, CancellationToken stopping)
    {
        var last = ending?.Job ?? _tracked.Current;
        var stored = await ReleaseAsync(last, ending?.Delay ?? default, stopping) ?? await FindAsync(last);
        _tracked.End(stored);
        if (stored.IsFinished)
        {
            SynapseTelemetry.Ended(stored);
        }
    }

    // A job that cannot be given back stays with this process, which tries again: its end must not be forgotten because the disk is full.
    private async Task<IngestionJob?> ReleaseAsync(IngestionJob job, TimeSpan delay, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                var stored = await jobs.ReleaseJobAsync(_lease, job, delay, CancellationToken.None);
                board.Hinder(null);
                return stored;
            }
            catch (SynapseException unavailable) when (unavailable.Kind == SynapseErrorKind.Unavailable)
            {
                LogNotSaved(unavailable, job.Id);
                board.Hinder(unavailable);
            }

            try
            {
                await Task.Delay(s_outagePause, time, stopping);
            }
            catch (OperationCanceledException)
            {
                return job;
            }
        }
    }

    private async Task<IngestionJob> FindAsync(IngestionJob last)
    {
        var gone = new SourceNotFoundException(last.SourceId);
        try
        {
            return await jobs.FindJobAsync(AccessScope.Everything, last.Id, CancellationToken.None)
                ?? last with { State = IngestionJobState.Failed, ErrorCode = last.ErrorCode ?? gone.Code, ErrorMessage = last.ErrorMessage ?? gone.Message };
        }
        catch (SynapseException unavailable) when (unavailable.Kind == SynapseErrorKind.Unavailable)
        {
            return last;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {JobId} on source {SourceId} waits: {Code}")]
    private partial void LogWaiting(long jobId, long sourceId, string code);

    [LoggerMessage(LogLevel.Error, "Job {JobId} on source {SourceId} failed")]
    private partial void LogFailed(Exception fault, long jobId, long sourceId);

    [LoggerMessage(LogLevel.Error, "Job {JobId} on source {SourceId} is given up after {Crashes} crashes")]
    private partial void LogPoison(long jobId, long sourceId, int crashes);

    [LoggerMessage(LogLevel.Warning, "The state of job {JobId} could not be saved")]
    private partial void LogNotSaved(Exception fault, long jobId);
}
