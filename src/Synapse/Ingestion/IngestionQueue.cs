using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>
/// The line of ingestion jobs. The line itself is in the store, and the same for all servers of one store: what one asks for, another may do, and what a stopped,
/// killed or cut off server left unfinished, the next one finishes.
/// </summary>
/// <remarks><see cref="RunAsync"/> works the line off.</remarks>
public sealed partial class IngestionQueue(
    IJobStore jobs, ILibraryStore library, IngestionPipeline pipeline, IOptions<IngestionOptions> options, TimeProvider time, ILogger<IngestionQueue> logger)
{
    /// <summary>How often the store is asked for what other servers did.</summary>
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_watchInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_sightInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_outagePause = TimeSpan.FromSeconds(2);

    /// <summary>Each so many jobs of the first lane, the least urgent has the same chance.</summary>
    private const int FairEvery = 4;

    private readonly JobBoard _board = new();
    private readonly SourceSight _sight = new();
    private readonly string _server = Environment.MachineName;
    private volatile TaskCompletionSource _work = NewSignal();

    /// <summary>Asks for a source that somebody waits for to be brought up to date. Changes made before this call are covered when the job is done.</summary>
    /// <returns>The job; one that nobody works on yet is returned again.</returns>
    /// <exception cref="SourceNotFoundException">There is no such source.</exception>
    public Task<IngestionJob> EnqueueAsync(long sourceId, CancellationToken cancellationToken)
        => EnqueueAsync(sourceId, IngestionJobPriority.Refresh, null, cancellationToken);

    /// <summary>Asks for a source to be looked at in case something changed that was not noticed.</summary>
    /// <exception cref="SourceNotFoundException">There is no such source.</exception>
    public Task<IngestionJob> EnqueueRescanAsync(long sourceId, CancellationToken cancellationToken)
        => EnqueueAsync(sourceId, IngestionJobPriority.Rescan, null, cancellationToken);

    /// <summary>Asks for given paths of a source to be brought up to date.</summary>
    /// <param name="sourceId">The source.</param>
    /// <param name="changedPaths">Paths of files or folders relative to the source, with forward slashes; null when anything may have changed.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SourceNotFoundException">There is no such source.</exception>
    public Task<IngestionJob> EnqueueChangesAsync(long sourceId, IReadOnlyCollection<string>? changedPaths, CancellationToken cancellationToken)
        => EnqueueAsync(sourceId, IngestionJobPriority.Change, changedPaths, cancellationToken);

    /// <summary>Waits until a job has come to its end, and returns it.</summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<IngestionJob> WaitAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
    {
        IngestionJob? last = null;
        await foreach (var job in FollowAsync(scope, jobId, TimeSpan.Zero, cancellationToken))
        {
            last = job;
        }

        return last!;
    }

    /// <summary>Tells where a job stands, whichever server works on it, and then each change until its end, ten a second at most.</summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public IAsyncEnumerable<IngestionJob> WatchAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => FollowAsync(scope, jobId, s_watchInterval, cancellationToken);

    /// <summary>Lets a job stand still until it is resumed. What it has committed stays. A job that has ended is left as it is.</summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<IngestionJob> PauseAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => Take(await jobs.PauseJobAsync(scope, jobId, cancellationToken), jobId);

    /// <summary>Lets a paused job go on. Any other is left as it is.</summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<IngestionJob> ResumeAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
    {
        var job = Take(await jobs.ResumeJobAsync(scope, jobId, cancellationToken), jobId);
        Signal();
        return job;
    }

    /// <summary>Ends a job. What it has committed stays. A job that has ended is left as it is.</summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public async Task<IngestionJob> CancelAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => Take(await jobs.CancelJobAsync(scope, jobId, cancellationToken), jobId);

    /// <summary>Works off the line until it is stopped: what earlier processes and other servers left unfinished as well as what is asked for.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Enumerable.Range(0, options.Value.Lanes).Select(lane => RunLaneAsync(lane, stop.Token)).Append(LookOutAsync(stop.Token)).ToList();
        await Task.WhenAny(running);
        // None of them ends without a reason that ends the others too.
        await stop.CancelAsync();
        await Task.WhenAll(running);
    }

    private async Task<IngestionJob> EnqueueAsync(
        long sourceId, IngestionJobPriority priority, IReadOnlyCollection<string>? changedPaths, CancellationToken cancellationToken)
    {
        var source = await FindSourceAsync(sourceId, cancellationToken);
        var job = await jobs.AddJobAsync(new JobRequest(source.CollectionId, sourceId, priority, changedPaths), cancellationToken);
        Signal();
        return job;
    }

    private IngestionJob Take(IngestionJob? job, long jobId)
    {
        _board.Take(job ?? throw new JobNotFoundException(jobId));
        return job;
    }

    private async IAsyncEnumerable<IngestionJob> FollowAsync(AccessScope scope, long jobId, TimeSpan interval, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tracked = _board.Hold(await jobs.FindJobAsync(scope, jobId, cancellationToken) ?? throw new JobNotFoundException(jobId));
        try
        {
            for (IngestionJob? told = null; ;)
            {
                var (current, changed) = tracked.Observe();
                var job = _board.Tell(current);
                var pause = Task.CompletedTask;
                if (job != told)
                {
                    yield return told = job;
                    pause = Task.Delay(interval, time, cancellationToken);
                }

                if (job.IsFinished)
                {
                    yield break;
                }

                using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
                {
                    await Task.WhenAny(changed, Task.Delay(s_pollInterval, time, waiting.Token));
                    await waiting.CancelAsync();
                }

                cancellationToken.ThrowIfCancellationRequested();

                // The end is told at once.
                while (!pause.IsCompleted && tracked.Observe() is { Job.IsFinished: false } next)
                {
                    await Task.WhenAny(pause, next.Changed);
                }

                if (!tracked.IsAtWork && !tracked.Current.IsFinished)
                {
                    tracked.SetStored(await jobs.FindJobAsync(scope, jobId, cancellationToken) ?? throw new JobNotFoundException(jobId));
                }
            }
        }
        finally
        {
            _board.Drop(tracked);
        }
    }

    private async Task RunLaneAsync(int lane, CancellationToken cancellationToken)
    {
        // What hands over between jobs is not to run on the thread of whoever asked for one.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var hasYielded = false;
        for (var turn = 1; ; turn++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var work = _work.Task;
            if (await TryClaimAsync(lane, hasYielded || turn % FairEvery == 0, cancellationToken) is { } claimed)
            {
                using var attempt = new JobAttempt(claimed, jobs, library, pipeline, _board, _sight, options.Value, time, logger);
                hasYielded = await attempt.RunAsync(cancellationToken);
                Signal();
                continue;
            }

            // Only claimed jobs count as turns.
            turn--;

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(work, Task.Delay(s_pollInterval, time, waiting.Token));
            await waiting.CancelAsync();
        }
    }

    private async Task<ClaimedJob?> TryClaimAsync(int lane, bool ignoresPriority, CancellationToken cancellationToken)
    {
        try
        {
            var sources = await jobs.ListSourcesToDoAsync(cancellationToken);
            var (seen, _) = await _sight.LookAsync(sources, cancellationToken);
            if (seen.Count == 0)
            {
                return null;
            }

            var isUrgent = lane > 0 && lane == options.Value.Lanes - 1;
            return await jobs.ClaimJobAsync(
                new JobClaim(
                    _server,
                    options.Value.LeaseDuration,
                    [.. seen.Select(static source => source.Id)],
                    isUrgent ? IngestionJobPriority.Change : IngestionJobPriority.Rescan,
                    IgnoresPriority: !isUrgent && ignoresPriority),
                cancellationToken);
        }
        catch (SynapseException outage) when (outage.Kind == SynapseErrorKind.Unavailable)
        {
            LogOutage(outage);
            _board.Hinder(outage);
            await Task.Delay(s_outagePause, time, cancellationToken);
            return null;
        }
    }

    // Besides the lanes, which may all be busy: whether a server sees the source is told of jobs that nobody claims yet.
    private async Task LookOutAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            var work = _work.Task;
            try
            {
                var (seen, unseen) = await _sight.LookAsync(await jobs.ListSourcesToDoAsync(cancellationToken), cancellationToken);
                if (seen.Count + unseen.Count > 0)
                {
                    await jobs.NoteSightAsync(seen, unseen, cancellationToken);
                }
            }
            catch (SynapseException outage) when (outage.Kind == SynapseErrorKind.Unavailable)
            {
                LogOutage(outage);
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(work, Task.Delay(s_sightInterval, time, waiting.Token));
            await waiting.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async ValueTask<Source> FindSourceAsync(long sourceId, CancellationToken cancellationToken)
        => await library.FindSourceAsync(AccessScope.Everything, sourceId, cancellationToken) ?? throw new SourceNotFoundException(sourceId);

    private void Signal() => Interlocked.Exchange(ref _work, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Warning, "The store cannot be asked for jobs; it is tried again")]
    private partial void LogOutage(Exception fault);
}
