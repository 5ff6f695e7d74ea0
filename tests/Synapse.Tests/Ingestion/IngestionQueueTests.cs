using Microsoft.Extensions.Time.Testing;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Ingestion.Reading;
using Synapse.Library;
using Synapse.Storage;
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
        await LoseAsync(store, acquisition.Source, times: 1);

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
        await LoseAsync(store, poison.Source, times: 3);

        await using var next = new IngestionFixture(store);
        next.Start();
        var given = await next.Queue.WaitAsync(AccessScope.Everything, poison.Job.Id, IngestionFixture.Token);
        Assert.Empty(store.Documents);
        var other = await next.Queue.EnqueueAsync(poison.Source.Id, IngestionFixture.Token);

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
        store.Committing = token =>
        {
            stopping = ingestion.StopAsync();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
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
    public async Task Paused_job_stores_nothing_more_until_it_is_resumed_and_then_does_the_rest()
    {
        await using var ingestion = new IngestionFixture(configure: options => options.BatchChunks = 1);
        for (var i = 0; i < 100; i++)
        {
            ingestion.Folder.Write($"{i}.txt", $"text {i}");
        }

        var acquisition = await AddAsync(ingestion);
        ingestion.Store.BeforeCommit = _ =>
        {
            if (ingestion.Store.Commits.Count == 5)
            {
                var pausing = ingestion.Queue.PauseAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);
                SpinWait.SpinUntil(() => pausing.IsCompleted);
            }
        };
        ingestion.Start();
        await foreach (var now in ingestion.Queue.WatchAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token))
        {
            if (now.State == IngestionJobState.Paused)
            {
                break;
            }
        }

        Assert.Equal(5, ingestion.Store.Documents.Count);
        ingestion.Store.BeforeCommit = null;
        await ingestion.Queue.ResumeAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);
        var job = await ingestion.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);

        Assert.Equal((IngestionJobState.Completed, 100, 95), (job.State, ingestion.Store.Documents.Count, job.Progress.DocumentsAdded));
        Assert.Equal(100, ingestion.Store.Commits.Sum(batch => batch.Versions.Count));
    }

    [Fact]
    public async Task Refresh_of_a_small_collection_does_not_wait_for_the_load_of_a_large_one()
    {
        using var small = new TemporaryFolder();
        await using var ingestion = new IngestionFixture();
        small.Write("a.txt", "alpha");
        ingestion.Folder.Write("large.txt", "large");
        ingestion.Start();
        var first = await ingestion.Librarian.AddAsync(AccessScope.Everything, small.Path, "small", IngestionFixture.Token);
        await ingestion.Queue.WaitAsync(AccessScope.Everything, first.Job.Id, IngestionFixture.Token);
        using var loading = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        ingestion.Store.BeforeCommit = batch =>
        {
            if (batch.Versions.Any(version => version.Path == "large.txt"))
            {
                loading.Set();
                goOn.Wait(IngestionFixture.Token);
            }
        };
        var load = await AddAsync(ingestion);
        loading.Wait(IngestionFixture.Token);

        small.Write("b.txt", "beta");
        var refresh = await ingestion.Queue.EnqueueAsync(first.Source.Id, IngestionFixture.Token);
        Assert.Equal(IngestionJobState.Completed, (await ingestion.Queue.WaitAsync(AccessScope.Everything, refresh.Id, IngestionFixture.Token)).State);
        Assert.Equal(["a.txt", "b.txt"], ingestion.Store.Documents.Select(document => document.Path));

        goOn.Set();
        Assert.Equal(IngestionJobState.Completed, (await ingestion.Queue.WaitAsync(AccessScope.Everything, load.Job.Id, IngestionFixture.Token)).State);
    }

    [Fact]
    public async Task Long_load_lets_that_of_another_collection_go_first_when_its_turn_is_over_and_then_does_the_rest()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var other = new TemporaryFolder();
        var store = new InMemoryStore();
        await using var ingestion = new IngestionFixture(
            store, time: time, readers: [new PassingTimeReader(time, store)], configure: options => (options.Lanes, options.Workers, options.BatchChunks) = (1, 1, 1));
        for (var i = 0; i < 50; i++)
        {
            ingestion.Folder.Write($"{i:D2}.slow", $"text {i}");
        }

        other.Write("other.txt", "other");
        var large = await AddAsync(ingestion);
        var small = await ingestion.Librarian.AddAsync(AccessScope.Everything, other.Path, "other", IngestionFixture.Token);
        ingestion.Start();
        await RunAsync(time, ingestion.Queue.WaitAsync(AccessScope.Everything, small.Job.Id, IngestionFixture.Token));
        var done = await RunAsync(time, ingestion.Queue.WaitAsync(AccessScope.Everything, large.Job.Id, IngestionFixture.Token));

        Assert.Equal((IngestionJobState.Completed, 1), (done.State, done.Attempts));
        Assert.Equal(51, store.Documents.Count);
        Assert.Equal(51, store.Commits.Sum(batch => batch.Versions.Count));
        Assert.NotEqual("other.txt", store.Commits.Last().Versions.Single().Path);
        Assert.Contains(store.SavedJobs, job => job.Id == large.Job.Id && job.State == IngestionJobState.Queued);
    }

    [Fact]
    public async Task Job_of_another_server_is_followed_to_its_end()
    {
        var store = new InMemoryStore();
        await using var asking = new IngestionFixture(store);
        await using var working = new IngestionFixture(store);
        asking.Folder.Write("a.txt", "alpha");
        var acquisition = await AddAsync(asking);
        var waiting = asking.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);
        working.Start();

        Assert.Equal(IngestionJobState.Completed, (await waiting).State);
    }

    [Fact]
    public async Task Job_that_another_server_took_over_stores_nothing_more_here()
    {
        var store = new InMemoryStore();
        await using var ingestion = new IngestionFixture(store, configure: options => options.BatchChunks = 1);
        for (var i = 0; i < 20; i++)
        {
            ingestion.Folder.Write($"{i}.txt", $"text {i}");
        }

        var acquisition = await AddAsync(ingestion);
        Task<ClaimedJob?>? claiming = null;
        store.BeforeCommit = _ =>
        {
            if (store.Commits.Count == 3 && claiming is null)
            {
                store.LoseHolders();
                claiming = store.ClaimJobAsync(new JobClaim("other", TimeSpan.FromSeconds(15), [acquisition.Source.Id]), IngestionFixture.Token).AsTask();
            }
        };
        ingestion.Start();
        var end = ingestion.Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token);
        while (claiming is null || store.SavedJobs.Last().Server != "other")
        {
            await Task.Yield();
            IngestionFixture.Token.ThrowIfCancellationRequested();
        }

        await ingestion.StopAsync();
        var taken = (await claiming)!;
        Assert.Equal(3, store.Commits.Count);
        Assert.Equal(taken.Job, await store.FindJobAsync(AccessScope.Everything, acquisition.Job.Id, IngestionFixture.Token));
        await store.ReleaseJobAsync(taken.Lease, taken.Job with { State = IngestionJobState.Completed }, default, IngestionFixture.Token);
        Assert.Equal(IngestionJobState.Completed, (await end).State);
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

    // Servers that were killed after they claimed the job.
    private static async Task LoseAsync(InMemoryStore store, Source source, int times)
    {
        for (; times > 0; times--)
        {
            Assert.NotNull(await store.ClaimJobAsync(new JobClaim("lost", TimeSpan.FromSeconds(15), [source.Id]), IngestionFixture.Token));
            store.LoseHolders();
        }
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

    private static async Task<T> RunAsync<T>(FakeTimeProvider time, Task<T> work)
    {
        while (!work.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
            IngestionFixture.Token.ThrowIfCancellationRequested();
        }

        return await work;
    }

    /// <summary>Lets the first file take so long that its job is told that others wait.</summary>
    private sealed class PassingTimeReader(FakeTimeProvider time, InMemoryStore store) : IDocumentReader
    {
        private int _files;

        public bool CanRead(string path, ReadOnlySpan<byte> content)
        {
            if (path.EndsWith(".slow", StringComparison.Ordinal) && Interlocked.Increment(ref _files) == 1)
            {
                var start = time.GetTimestamp();

                // Each heartbeat after the turn looks for others, and several must have seen them.
                Pass(() => time.GetElapsedTime(start) > TimeSpan.FromMinutes(2));
                var heartbeats = store.SavedJobs.Count + 6;
                Pass(() => store.SavedJobs.Count > heartbeats);
            }

            return false;
        }

        private void Pass(Func<bool> isOver)
        {
            while (!isOver())
            {
                time.Advance(TimeSpan.FromMilliseconds(500));
                Thread.Yield();
                IngestionFixture.Token.ThrowIfCancellationRequested();
            }
        }

        public DocumentText Read(string path, ReadOnlySpan<byte> content) => throw new InvalidOperationException("It reads nothing.");
    }

    private static Task<Acquisition> AddAsync(IngestionFixture ingestion)
        => ingestion.Librarian.AddAsync(AccessScope.Everything, ingestion.Folder.Path, null, IngestionFixture.Token);
}
