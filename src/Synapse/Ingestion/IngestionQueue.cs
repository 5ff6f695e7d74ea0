using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Ingestion;

/// <summary>The line of ingestion jobs. Jobs are durable: what a stopped or killed process left unfinished, the next one finishes.</summary>
/// <remarks>One queue per data folder; <see cref="RunAsync"/> works the line off.</remarks>
public sealed partial class IngestionQueue(
    IJobStore jobs, ILibraryStore library, IngestionPipeline pipeline, IOptions<IngestionOptions> options, TimeProvider time, ILogger<IngestionQueue> logger)
{
    private const int MaxCrashes = 3;
    private const int MaxResumed = 1_000;
    private const int UnlikelyRetryFactor = 20;
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(1);

    private readonly Channel<TrackedJob> _line = Channel.CreateUnbounded<TrackedJob>();
    private readonly ConcurrentDictionary<long, TrackedJob> _tracked = new();
    private readonly Dictionary<long, HashSet<string>> _changedPaths = [];
    private readonly Lock _gate = new();
    private SynapseException? _hindrance;

    /// <summary>Asks for a source to be brought up to date. Changes made before this call are covered when the job is done.</summary>
    /// <returns>The job; one that waits already is returned again.</returns>
    /// <exception cref="SourceNotFoundException">There is no such source.</exception>
    public async Task<IngestionJob> EnqueueAsync(long sourceId, CancellationToken cancellationToken)
        => await EnqueueAsync(await FindSourceAsync(sourceId, cancellationToken), isWhole: true, cancellationToken);

    /// <summary>Asks for given paths of a source to be brought up to date.</summary>
    /// <param name="sourceId">The source.</param>
    /// <param name="changedPaths">Paths of files or folders relative to the source, with forward slashes.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SourceNotFoundException">There is no such source.</exception>
    public async Task<IngestionJob> EnqueueChangesAsync(long sourceId, IReadOnlyCollection<string> changedPaths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changedPaths);
        var source = await FindSourceAsync(sourceId, cancellationToken);
        lock (_gate)
        {
            if (!_changedPaths.TryGetValue(sourceId, out var paths))
            {
                _changedPaths[sourceId] = paths = new(StringComparer.Ordinal);
            }

            paths.UnionWith(changedPaths);
        }

        return await EnqueueAsync(source, isWhole: false, cancellationToken);
    }

    /// <summary>Waits until a job has come to its end, and returns it.</summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<IngestionJob> WaitAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
    {
        var tracked = await FindAsync(scope, jobId, cancellationToken);
        while (true)
        {
            var (job, changed) = tracked.Observe();
            if (job.IsFinished)
            {
                return job;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Tells where a job stands, and then each change until its end, ten a second at most.</summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async IAsyncEnumerable<IngestionJob> WatchAsync(AccessScope scope, long jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tracked = await FindAsync(scope, jobId, cancellationToken);
        while (true)
        {
            var (job, changed) = tracked.Observe();
            yield return job;
            if (job.IsFinished)
            {
                yield break;
            }

            var pause = Task.Delay(WatchInterval, time, cancellationToken);
            await changed.WaitAsync(cancellationToken);

            // The end is told at once.
            while (!pause.IsCompleted && tracked.Observe() is { Job.IsFinished: false } next)
            {
                await Task.WhenAny(pause, next.Changed);
            }
        }
    }

    /// <summary>Ends a job. What it has committed stays. A job that has ended is left as it is.</summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task CancelAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
    {
        var tracked = await FindAsync(scope, jobId, cancellationToken);
        bool isStarted;
        lock (_gate)
        {
            isStarted = tracked.IsStarted;
        }

        await tracked.Cancellation.CancelAsync();
        if (!isStarted && !tracked.Current.IsFinished)
        {
            await FinishAsync(tracked, IngestionJobState.Cancelled, null, null);
        }
    }

    /// <summary>Works off the line until it is stopped: first what an earlier process left unfinished, then what is asked for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ResumeAsync(cancellationToken);
        await foreach (var tracked in _line.Reader.ReadAllAsync(cancellationToken))
        {
            await WorkAsync(tracked, cancellationToken);
        }
    }

    private async Task<IngestionJob> EnqueueAsync(Source source, bool isWhole, CancellationToken cancellationToken)
    {
        for (long? earlier = null; ;)
        {
            var job = await jobs.AddJobAsync(source.CollectionId, source.Id, cancellationToken);
            var tracked = _tracked.GetOrAdd(job.Id, static (_, job) => new TrackedJob(job), job);
            lock (_gate)
            {
                // A job that began to look at certain paths only, just after the store returned it as queued, is not enough.
                if (tracked.IsStarted && isWhole && !tracked.IsWhole && earlier != job.Id)
                {
                    earlier = job.Id;
                    continue;
                }

                tracked.IsWhole |= isWhole;
            }

            PutInLine(tracked);
            lock (_gate)
            {
                TellHindrance(tracked);
            }

            return job;
        }
    }

    // What keeps one job from going on keeps the whole line, and whoever waits for a job further back is told as well.
    private void Hinder(SynapseException? hindrance)
    {
        lock (_gate)
        {
            _hindrance = hindrance;
            foreach (var tracked in _tracked.Values)
            {
                TellHindrance(tracked);
            }
        }
    }

    // Told, not stored: in the store a job that has not begun stays queued, so that it is found again and not doubled.
    private void TellHindrance(TrackedJob tracked)
    {
        var job = tracked.Current;
        if (tracked.IsStarted || job.IsFinished || (_hindrance is null && job.State != IngestionJobState.Waiting))
        {
            return;
        }

        tracked.Set(job with
        {
            State = _hindrance is null ? IngestionJobState.Queued : IngestionJobState.Waiting,
            ErrorCode = _hindrance?.Code,
            ErrorMessage = _hindrance?.Message,
        });
    }

    private void PutInLine(TrackedJob tracked)
    {
        lock (_gate)
        {
            if (tracked.IsInLine)
            {
                return;
            }

            tracked.IsInLine = true;
        }

        _line.Writer.TryWrite(tracked);
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var unfinished = await jobs.ListJobsAsync(AccessScope.Everything, null, unfinishedOnly: true, MaxResumed, cancellationToken);
        foreach (var job in unfinished.OrderBy(static job => job.Id))
        {
            var tracked = _tracked.GetOrAdd(job.Id, static (_, job) => new TrackedJob(job), job);
            lock (_gate)
            {
                tracked.IsWhole = true;
            }

            if (job.State == IngestionJobState.Running && job.Attempts >= MaxCrashes)
            {
                LogPoison(job.Id, job.SourceId, job.Attempts);
                await FinishAsync(tracked, IngestionJobState.Failed, "job_crashed",
                    $"The process ended {job.Attempts} times while it worked on this job. Index the folder again after removing or ignoring the file that causes it.");
            }
            else
            {
                PutInLine(tracked);
            }
        }
    }

    private async Task WorkAsync(TrackedJob tracked, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tracked.Cancellation.Token);
        while (!tracked.Current.IsFinished)
        {
            try
            {
                await AttemptAsync(tracked, stop.Token);
                await FinishAsync(tracked, IngestionJobState.Completed, null, null);
            }
            catch (OperationCanceledException) when (tracked.Cancellation.IsCancellationRequested)
            {
                await FinishAsync(tracked, IngestionJobState.Cancelled, null, null);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // An orderly stop is no crash: the next process begins where this one was.
                var job = tracked.Current;
                await SaveAsync(tracked, job with { State = IngestionJobState.Queued, Attempts = Math.Max(0, job.Attempts - 1) }, CancellationToken.None);
                throw;
            }
            catch (SynapseException waits) when (waits.Kind == SynapseErrorKind.Unavailable)
            {
                await WaitOutAsync(tracked, waits);
                if (waits is ProviderException or EgressRefusedException)
                {
                    // Jobs of other collections need not wait for this provider.
                    _ = PutInLineLaterAsync(tracked, DelayAfter(waits), cancellationToken);
                    return;
                }

                Hinder(waits);
                await PauseAsync(options.Value.RetryDelay, stop.Token);
            }
            catch (SynapseException refused)
            {
                await FinishAsync(tracked, IngestionJobState.Failed, refused.Code, refused.Message);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogFailed(fault, tracked.Current.Id, tracked.Current.SourceId);
                await FinishAsync(tracked, IngestionJobState.Failed, "internal_error", $"Indexing stopped on a fault of the program: {fault.Message}");
            }
        }

        Hinder(null);
    }

    private async Task WaitOutAsync(TrackedJob tracked, SynapseException waits)
    {
        LogWaiting(tracked.Current.Id, tracked.Current.SourceId, waits.Code);
        lock (_gate)
        {
            // Which of the changed paths were dealt with is not known any more.
            tracked.IsWhole = true;
        }

        // Waiting is no crash, however often it comes to that.
        var job = tracked.Current;
        job = job with { State = IngestionJobState.Waiting, Attempts = Math.Max(0, job.Attempts - 1), ErrorCode = waits.Code, ErrorMessage = waits.Message };
        await SaveAsync(tracked, job, CancellationToken.None);
    }

    private async Task PutInLineLaterAsync(TrackedJob tracked, TimeSpan delay, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            tracked.IsInLine = false;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tracked.Cancellation.Token);
        await PauseAsync(delay, stop.Token);
        if (!cancellationToken.IsCancellationRequested)
        {
            PutInLine(tracked);
        }
    }

    // What only a person can mend is looked at seldom; a wrong key that is tried every few seconds gets an account locked.
    private TimeSpan DelayAfter(SynapseException waits)
    {
        var delay = waits is EgressRefusedException or ProviderException { Failure: ProviderFailure.QuotaExhausted or ProviderFailure.Auth or ProviderFailure.BadConfig }
            ? options.Value.RetryDelay * UnlikelyRetryFactor
            : options.Value.RetryDelay;
        return waits is ProviderException { RetryAfter: { } asked } && asked > delay ? (asked < s_longestDelay ? asked : s_longestDelay) : delay;
    }

    private async Task AttemptAsync(TrackedJob tracked, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var job = tracked.Current;
        job = job with { State = IngestionJobState.Running, StartedAt = time.GetUtcNow(), Attempts = job.Attempts + 1, Progress = new(), ErrorCode = null, ErrorMessage = null };

        // Saved before the work begins: whoever asks from now on gets a new job, and a crash is counted.
        await SaveAsync(tracked, job, cancellationToken);
        var source = await FindSourceAsync(job.SourceId, cancellationToken);
        var changedPaths = Begin(tracked, source.Id);
        var saved = time.GetTimestamp();
        var saving = Task.CompletedTask;
        var outcome = await pipeline.RunAsync(
            source,
            changedPaths,
            progress =>
            {
                tracked.Set(tracked.Current with { Progress = progress });
                if (saving.IsCompleted && time.GetElapsedTime(saved) > SaveInterval)
                {
                    saved = time.GetTimestamp();
                    saving = SaveAsync(tracked, tracked.Current, CancellationToken.None);
                }
            },
            cancellationToken);
        await saving;
        await RecordSkippedAsync(source.Id, changedPaths, outcome.Skipped, cancellationToken);
        tracked.Set(tracked.Current with { Progress = outcome.Progress });
    }

    // Null when the whole source is to be looked at.
    private HashSet<string>? Begin(TrackedJob tracked, long sourceId)
    {
        lock (_gate)
        {
            tracked.IsStarted = true;
            _changedPaths.Remove(sourceId, out var paths);
            return tracked.IsWhole ? null : paths ?? [];
        }
    }

    // Written only when it differs, because the usual run finds what the last one found.
    private async Task RecordSkippedAsync(
        long sourceId, HashSet<string>? changedPaths, IReadOnlyList<SkippedFile> skipped, CancellationToken cancellationToken)
    {
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
            await jobs.ReplaceSkippedFilesAsync(sourceId, skipped, cancellationToken);
        }
    }

    private async Task PauseAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(delay, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The next attempt ends at once and says which of the two tokens it was.
        }
    }

    private async Task FinishAsync(TrackedJob tracked, IngestionJobState state, string? errorCode, string? errorMessage)
    {
        var job = tracked.Current with { State = state, FinishedAt = time.GetUtcNow(), ErrorCode = errorCode, ErrorMessage = errorMessage };
        await SaveAsync(tracked, job, CancellationToken.None);
        _tracked.TryRemove(job.Id, out _);
        SynapseTelemetry.Ended(job);
    }

    // A disk that is too full for the job's own record must not end the worker; the record is written with the next change.
    private async Task SaveAsync(TrackedJob tracked, IngestionJob job, CancellationToken cancellationToken)
    {
        try
        {
            await jobs.UpdateJobAsync(job, cancellationToken);
        }
        catch (SynapseException unavailable) when (unavailable.Kind == SynapseErrorKind.Unavailable)
        {
            LogNotSaved(unavailable, job.Id);
        }

        tracked.Set(job);
    }

    private async Task<TrackedJob> FindAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
    {
        var job = await jobs.FindJobAsync(scope, jobId, cancellationToken) ?? throw new JobNotFoundException(jobId);
        if (job.IsFinished)
        {
            return new TrackedJob(job);
        }

        if (_tracked.TryGetValue(jobId, out var tracked))
        {
            return tracked;
        }

        // It may have ended between the two looks; else it is one that an earlier process left and that waits to be resumed.
        job = await jobs.FindJobAsync(scope, jobId, cancellationToken) ?? throw new JobNotFoundException(jobId);
        return job.IsFinished ? new TrackedJob(job) : _tracked.GetOrAdd(jobId, static (_, job) => new TrackedJob(job), job);
    }

    private async ValueTask<Source> FindSourceAsync(long sourceId, CancellationToken cancellationToken)
        => await library.FindSourceAsync(AccessScope.Everything, sourceId, cancellationToken) ?? throw new SourceNotFoundException(sourceId);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} on source {SourceId} waits: {Code}")]
    private partial void LogWaiting(long jobId, long sourceId, string code);

    [LoggerMessage(LogLevel.Error, "Job {JobId} on source {SourceId} failed")]
    private partial void LogFailed(Exception fault, long jobId, long sourceId);

    [LoggerMessage(LogLevel.Error, "Job {JobId} on source {SourceId} is given up after {Attempts} crashes")]
    private partial void LogPoison(long jobId, long sourceId, int attempts);

    [LoggerMessage(LogLevel.Warning, "The state of job {JobId} could not be saved")]
    private partial void LogNotSaved(Exception fault, long jobId);
}
