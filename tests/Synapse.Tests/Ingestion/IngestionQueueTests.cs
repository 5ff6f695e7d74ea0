using Microsoft.Extensions.Time.Testing;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Ingestion;

public sealed class IngestionQueueTests
{
    [Fact]
    public async Task Watch_tells_the_current_state_and_ends_with_the_job()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("a.txt", "alpha");
        var acquisition = await AddAsync(ingestion);
        var states = new List<IngestionJobState>();

        ingestion.Start();
        await foreach (var job in ingestion.Queue.WatchAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token))
        {
            states.Add(job.State);
        }

        Assert.Equal(IngestionJobState.Completed, states[^1]);
        Assert.Single(states, IngestionJobState.Completed);
    }

    [Fact]
    public async Task Job_that_an_earlier_process_left_running_is_done_by_the_next()
    {
        var store = new InMemoryStore();
        await using var ingestion = new IngestionFixture(store);
        ingestion.Folder.Write("a.txt", "alpha");
        var acquisition = await AddAsync(ingestion);
        await store.UpdateJobAsync(acquisition.Job with { State = IngestionJobState.Running, Attempts = 1 }, IngestionFixture.Token);

        await using var next = new IngestionFixture(store);
        next.Start();
        var job = await next.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);

        Assert.Equal((IngestionJobState.Completed, 2), (job.State, job.Attempts));
        Assert.Single(store.Documents);
    }

    [Fact]
    public async Task Job_that_ended_its_process_three_times_is_given_up_and_the_line_goes_on()
    {
        var store = new InMemoryStore();
        await using var ingestion = new IngestionFixture(store);
        ingestion.Folder.Write("a.txt", "alpha");
        var poison = await AddAsync(ingestion);
        await store.UpdateJobAsync(poison.Job with { State = IngestionJobState.Running, Attempts = 3 }, IngestionFixture.Token);

        await using var next = new IngestionFixture(store);
        next.Start();
        var other = await next.Queue.EnqueueAsync(poison.Source.Id, IngestionFixture.Token);
        var given = await next.Queue.WaitAsync(AccessScope.Everything, poison.Job.Id, IngestionFixture.Token);

        Assert.Equal((IngestionJobState.Failed, "job_crashed"), (given.State, given.ErrorCode));
        Assert.Equal(IngestionJobState.Completed, (await next.Queue.WaitAsync(AccessScope.Everything, other.Id, IngestionFixture.Token)).State);
    }

    [Fact]
    public async Task Orderly_stop_leaves_the_job_queued_and_counts_no_crash()
    {
        var store = new InMemoryStore();
        await using var ingestion = new IngestionFixture(store);
        ingestion.Folder.Write("a.txt", "alpha");
        var acquisition = await AddAsync(ingestion);
        var stopping = Task.CompletedTask;
        store.BeforeCommit = _ =>
        {
            stopping = ingestion.StopAsync();
            throw new OperationCanceledException("stopped");
        };
        ingestion.Start();
        while (store.SavedJobs.LastOrDefault() is not { State: IngestionJobState.Queued })
        {
            await Task.Yield();
            IngestionFixture.Token.ThrowIfCancellationRequested();
        }

        await stopping;
        var job = await store.FindJobAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);

        Assert.Equal((IngestionJobState.Queued, 0), (job!.State, job.Attempts));
    }

    [Fact]
    public async Task Job_waits_while_the_disk_is_full_and_then_goes_on_by_itself()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var isFull = true;
        var store = new InMemoryStore { BeforeCommit = batch => _ = isFull ? throw new DiskFullException("/data") : 0 };
        await using var ingestion = new IngestionFixture(store, time: time);
        ingestion.Folder.Write("a.txt", "alpha");
        var acquisition = await AddAsync(ingestion);
        ingestion.Start();
        while (store.SavedJobs.LastOrDefault() is not { State: IngestionJobState.Waiting })
        {
            await Task.Yield();
            IngestionFixture.Token.ThrowIfCancellationRequested();
        }

        Assert.Equal("disk_full", store.SavedJobs.Last().ErrorCode);
        isFull = false;
        var waiting = ingestion.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);
        while (!waiting.IsCompleted)
        {
            time.Advance(ingestion.Options.RetryDelay);
            await Task.Yield();
        }

        var job = await waiting;
        Assert.Equal((IngestionJobState.Completed, null, 1), (job.State, job.ErrorCode, job.Attempts));
        Assert.Single(store.Documents);
    }

    [Fact]
    public async Task Job_behind_one_that_waits_is_told_what_it_waits_for()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var isFull = true;
        var store = new InMemoryStore { BeforeCommit = batch => _ = isFull ? throw new DiskFullException("/data") : 0 };
        await using var ingestion = new IngestionFixture(store, time: time);
        ingestion.Folder.Write("a.txt", "alpha");
        var first = await AddAsync(ingestion);
        ingestion.Start();
        await WaitingAsync(ingestion, first.Job.Id);

        var second = await ingestion.Queue.EnqueueAsync(first.Source.Id, IngestionFixture.Token);
        Assert.NotEqual(first.Job.Id, second.Id);
        Assert.Equal("disk_full", (await WaitingAsync(ingestion, second.Id)).ErrorCode);

        isFull = false;
        var done = ingestion.Queue.WaitAsync(AccessScope.Everything, second.Id, IngestionFixture.Token);
        while (!done.IsCompleted)
        {
            time.Advance(ingestion.Options.RetryDelay);
            await Task.Yield();
        }

        Assert.Equal((IngestionJobState.Completed, null), ((await done).State, (await done).ErrorCode));
    }

    [Fact]
    public async Task Cancelled_job_ends_and_keeps_what_was_committed()
    {
        await using var ingestion = new IngestionFixture(configure: options => options.BatchChunks = 1);
        for (var i = 0; i < 100; i++)
        {
            ingestion.Folder.Write($"{i}.txt", $"text {i}");
        }

        var acquisition = await AddAsync(ingestion);
        var cancelling = Task.CompletedTask;
        ingestion.Store.BeforeCommit = _ =>
        {
            if (ingestion.Store.Commits.Count == 5)
            {
                // The commit must not outrun the cancellation.
                cancelling = ingestion.Queue.CancelAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);
                SpinWait.SpinUntil(() => cancelling.IsCompleted);
            }
        };
        ingestion.Start();
        var job = await ingestion.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);
        await cancelling;

        Assert.Equal(IngestionJobState.Cancelled, job.State);
        Assert.InRange(ingestion.Store.Documents.Count, 5, 99);
        Assert.Empty(await ingestion.SkippedAsync());
    }

    [Fact]
    public async Task Job_that_waits_its_turn_can_be_cancelled()
    {
        await using var ingestion = new IngestionFixture();
        ingestion.Folder.Write("a.txt", "alpha");
        var acquisition = await AddAsync(ingestion);

        await ingestion.Queue.CancelAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);
        ingestion.Start();
        var job = await ingestion.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);

        Assert.Equal(IngestionJobState.Cancelled, job.State);
        Assert.Empty(ingestion.Store.Documents);
    }

    [Fact]
    public async Task Changes_in_many_calls_are_all_indexed()
    {
        await using var ingestion = new IngestionFixture();
        await ingestion.IndexAsync();
        var source = (await ingestion.Store.ListSourcesAsync(AccessScope.Everything, null, IngestionFixture.Token)).Single();

        for (var i = 0; i < 50; i++)
        {
            ingestion.Folder.Write($"{i}.txt", $"text {i}");
            await ingestion.Queue.EnqueueChangesAsync(source.Id, [$"{i}.txt"], IngestionFixture.Token);
        }

        var last = await ingestion.Queue.EnqueueChangesAsync(source.Id, [], IngestionFixture.Token);
        await ingestion.Queue.WaitAsync(AccessScope.Everything, last.Id, IngestionFixture.Token);

        Assert.Equal(50, ingestion.Store.Documents.Count);
    }

    [Fact]
    public async Task Job_out_of_scope_is_not_found()
    {
        await using var ingestion = new IngestionFixture();
        var acquisition = await AddAsync(ingestion);
        var scope = AccessScope.Of([]);

        await Assert.ThrowsAsync<JobNotFoundException>(() => ingestion.Queue.WaitAsync(scope, acquisition.Job.Id, IngestionFixture.Token));
        await Assert.ThrowsAsync<JobNotFoundException>(() => ingestion.Queue.CancelAsync(scope, acquisition.Job.Id, IngestionFixture.Token));
        await Assert.ThrowsAsync<SourceNotFoundException>(() => ingestion.Queue.EnqueueAsync(999, IngestionFixture.Token));
    }

    [Fact]
    public async Task Watcher_takes_a_change_to_the_index()
    {
        await using var ingestion = new IngestionFixture(configure: options => options.WatchQuietTime = TimeSpan.FromMilliseconds(1));
        ingestion.Folder.Write("a.txt", "alpha");
        await ingestion.IndexAsync();
        var source = (await ingestion.Store.ListSourcesAsync(AccessScope.Everything, null, IngestionFixture.Token)).Single();
        using var watcher = ingestion.NewWatcher();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(IngestionFixture.Token);
        watcher.Add(source);
        var running = watcher.RunAsync(stop.Token);
        var indexed = new TaskCompletionSource();
        ingestion.Store.BeforeCommit = batch => _ = batch.Versions.Any(version => version.Path == "sub/b.txt") && indexed.TrySetResult();

        ingestion.Folder.Write("sub/b.txt", "beta");

        await indexed.Task.WaitAsync(TimeSpan.FromSeconds(30), IngestionFixture.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static async Task<IngestionJob> WaitingAsync(IngestionFixture ingestion, long jobId)
    {
        while (true)
        {
            // Only the first state: the pause between two is measured by a clock that stands still.
            await foreach (var job in ingestion.Queue.WatchAsync(AccessScope.Everything, jobId, IngestionFixture.Token))
            {
                if (job.State == IngestionJobState.Waiting)
                {
                    return job;
                }

                break;
            }

            await Task.Yield();
            IngestionFixture.Token.ThrowIfCancellationRequested();
        }
    }

    private static Task<Acquisition> AddAsync(IngestionFixture ingestion)
        => ingestion.Librarian.AddAsync(AccessScope.Everything, ingestion.Folder.Path, null, IngestionFixture.Token);
}
