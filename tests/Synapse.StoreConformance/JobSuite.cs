using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.StoreConformance;

/// <summary>The line of jobs: who may work on what, in which order, and for how long.</summary>
public abstract class JobSuite(StoreHarness harness) : StoreSuite(harness)
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_job_is_queued_claimed_renewed_and_released_and_found_again_after_a_restart()
    {
        var source = await AddSourceAsync("docs");
        var queued = await AddAsync(source);
        Assert.Equal((IngestionJobState.Queued, 0, null, null), (queued.State, queued.Attempts, queued.StartedAt, queued.Server));
        Assert.Equal(queued, await Harness.Jobs.FindJobAsync(AccessScope.Everything, queued.Id, Token));

        var claimed = await ClaimAsync("one", source);
        Assert.Equal((IngestionJobState.Running, 1, "one"), (claimed!.Job.State, claimed.Job.Attempts, claimed.Job.Server));
        Assert.NotNull(claimed.Job.StartedAt);
        Assert.Equal((queued.Id, s_lease, null, 0), (claimed.Lease.JobId, claimed.Lease.Duration, claimed.ChangedPaths, claimed.Crashes));
        Assert.Equal(claimed.Job, await Harness.Jobs.FindJobAsync(AccessScope.Everything, queued.Id, Token));
        Assert.Null(await ClaimAsync("two", source));

        var far = claimed.Job with { Progress = new IngestionProgress(1, 2, 3, 4, 5, 6, 7, 8, 9, true, 10), State = IngestionJobState.Waiting, ErrorCode = "disk_full", ErrorMessage = "The disk is full." };
        Assert.True(await Harness.Jobs.RenewJobAsync(claimed.Lease, far, Token));
        Assert.Equal(far, await Harness.Jobs.FindJobAsync(AccessScope.Everything, queued.Id, Token));

        var done = await Harness.Jobs.ReleaseJobAsync(claimed.Lease, far with { State = IngestionJobState.Completed, ErrorCode = null, ErrorMessage = null }, default, Token);
        Assert.Equal((IngestionJobState.Completed, true, far.Progress, null, null), (done!.State, done.FinishedAt is not null, done.Progress, done.ErrorCode, done.Server));
        Harness.Close();
        Assert.Equal(done, await Harness.Jobs.FindJobAsync(AccessScope.Everything, queued.Id, Token));
        Assert.Null(await ClaimAsync("one", source));
        Assert.False(await Harness.Jobs.RenewJobAsync(claimed.Lease, far, Token));
        Assert.Null(await Harness.Jobs.ReleaseJobAsync(claimed.Lease, far, default, Token));
        Assert.Equal(done, await Harness.Jobs.FindJobAsync(AccessScope.Everything, queued.Id, Token));
    }

    [Fact]
    public async Task Jobs_are_listed_and_found_by_those_who_may_read_them_only()
    {
        var source = await AddSourceAsync("docs");
        var done = await AddAsync(source);
        await CompleteAsync(await ClaimAsync("one", source));
        var next = await AddAsync(source);
        var scope = AccessScope.Of([source.CollectionId]);
        Assert.Equal([next.Id, done.Id], (await Harness.Jobs.ListJobsAsync(scope, null, unfinishedOnly: false, 10, Token)).Select(job => job.Id));
        Assert.Equal([next], await Harness.Jobs.ListJobsAsync(scope, source.CollectionId, unfinishedOnly: true, 10, Token));
        await Harness.Jobs.PauseJobAsync(scope, next.Id, Token);
        Assert.Single(await Harness.Jobs.ListJobsAsync(scope, null, unfinishedOnly: true, 10, Token));
        Assert.Empty(await Harness.Jobs.ListJobsAsync(AccessScope.Of([]), null, unfinishedOnly: false, 10, Token));
        Assert.Null(await Harness.Jobs.FindJobAsync(AccessScope.Of([]), next.Id, Token));
        Assert.Null(await Harness.Jobs.ResumeJobAsync(AccessScope.Of([]), next.Id, Token));
        Assert.Null(await Harness.Jobs.CancelJobAsync(AccessScope.Of([]), next.Id, Token));
        Assert.Equal(IngestionJobState.Paused, (await Harness.Jobs.FindJobAsync(scope, next.Id, Token))!.State);
        await Assert.ThrowsAsync<SourceNotFoundException>(() => Harness.Jobs.AddJobAsync(new JobRequest(source.CollectionId, 99, IngestionJobPriority.Load), Token).AsTask());
    }

    [Fact]
    public async Task What_nobody_works_on_yet_does_for_all_who_ask()
    {
        var source = await AddSourceAsync("docs");
        var job = await AddAsync(source, IngestionJobPriority.Change, "a", "b");
        Assert.Equal(job.Id, (await AddAsync(source, IngestionJobPriority.Change, "b", "c")).Id);
        var claimed = await ClaimAsync("one", source);
        Assert.Equal(["a", "b", "c"], claimed!.ChangedPaths!.Order(StringComparer.Ordinal));

        // This one has begun to look already.
        var next = await AddAsync(source, IngestionJobPriority.Rescan);
        Assert.NotEqual(job.Id, next.Id);
        var same = await AddAsync(source, IngestionJobPriority.Change, "d");
        Assert.Equal((next.Id, IngestionJobPriority.Change), (same.Id, same.Priority));
        Assert.Null(await ClaimAsync("two", source));
        await CompleteAsync(claimed);
        Assert.Null((await ClaimAsync("two", source))!.ChangedPaths);
        Assert.Equal(2, (await Harness.Jobs.ListJobsAsync(AccessScope.Everything, null, unfinishedOnly: false, 10, Token)).Count);
    }

    [Fact]
    public async Task A_job_with_too_many_changed_paths_looks_at_the_whole_source()
    {
        var source = await AddSourceAsync("docs");
        await AddAsync(source, IngestionJobPriority.Change, [.. Enumerable.Range(0, JobRequest.MaxPaths).Select(i => $"{i}.txt")]);
        await AddAsync(source, IngestionJobPriority.Change, "one more.txt");
        Assert.Null((await ClaimAsync("one", source))!.ChangedPaths);
    }

    [Fact]
    public async Task A_first_load_is_not_as_urgent_as_a_refresh()
    {
        var source = await AddSourceAsync("docs");
        Assert.Equal(IngestionJobPriority.Load, (await AddAsync(source, IngestionJobPriority.Refresh)).Priority);
        await CompleteAsync(await ClaimAsync("one", source));
        Assert.Equal(IngestionJobPriority.Refresh, (await AddAsync(source, IngestionJobPriority.Refresh)).Priority);
    }

    [Fact]
    public async Task A_lost_holder_is_followed_by_another_and_can_change_nothing_any_more()
    {
        var source = await AddSourceAsync("docs");
        await AddAsync(source, IngestionJobPriority.Change, "a.txt");
        var first = (await ClaimAsync("one", source))!;
        await Harness.LoseHoldersAsync(Token);
        Assert.Equal([source.Id], (await Harness.Jobs.ListSourcesToDoAsync(Token)).Select(each => each.Id));
        var second = (await ClaimAsync("two", source))!;
        Assert.Equal((first.Job.Id, 2, 1, "two"), (second.Job.Id, second.Job.Attempts, second.Crashes, second.Job.Server));
        Assert.Equal(["a.txt"], second.ChangedPaths);
        Assert.True(second.Lease.Number > first.Lease.Number);
        Assert.Null(await ClaimAsync("three", source));

        Assert.False(await Harness.Jobs.RenewJobAsync(first.Lease, first.Job with { Progress = new IngestionProgress(9) }, Token));
        Assert.Null(await Harness.Jobs.ReleaseJobAsync(first.Lease, first.Job with { State = IngestionJobState.Failed }, default, Token));
        await Assert.ThrowsAsync<JobLostException>(() => CommitAsync(source, first.Lease, "late.txt"));
        await Assert.ThrowsAsync<JobLostException>(() => Harness.Jobs.ReplaceSkippedFilesAsync(first.Lease, source.Id, [new("x", "binary", "")], Token).AsTask());
        Assert.Empty(await Harness.Jobs.ListSkippedFilesAsync(AccessScope.Everything, source.Id, Token));
        Assert.Equal(second.Job, await Harness.Jobs.FindJobAsync(AccessScope.Everything, first.Job.Id, Token));

        await CommitAsync(source, second.Lease, "mine.txt");
        Assert.Equal("mine.txt", Assert.Single(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token)).Path);
        Assert.Equal(1, Assert.Single(await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token)).ChunkCount);
    }

    [Fact]
    public async Task Losses_in_a_row_are_counted_until_something_was_stored_or_somebody_asks_again()
    {
        var source = await AddSourceAsync("docs");
        await AddAsync(source);
        for (var crashes = 0; crashes < 3; crashes++)
        {
            Assert.Equal(crashes, (await ClaimAsync("one", source))!.Crashes);
            await Harness.LoseHoldersAsync(Token);
        }

        // A walk that nobody waits for takes over the job of the lost holder as it is.
        await AddAsync(source, IngestionJobPriority.Rescan);
        var claimed = (await ClaimAsync("one", source))!;
        Assert.Equal(3, claimed.Crashes);
        await CommitAsync(source, claimed.Lease, "a.txt");
        await Harness.LoseHoldersAsync(Token);
        Assert.Equal(1, (await ClaimAsync("one", source))!.Crashes);
        await Harness.LoseHoldersAsync(Token);
        await AddAsync(source, IngestionJobPriority.Refresh);
        Assert.Equal(0, (await ClaimAsync("one", source))!.Crashes);
    }

    [Fact]
    public async Task Whoever_asks_while_the_holder_is_lost_gets_the_same_job_done_from_its_beginning()
    {
        var source = await AddSourceAsync("docs");
        var job = await AddAsync(source);
        var lost = (await ClaimAsync("one", source))!;
        await Harness.LoseHoldersAsync(Token);
        Assert.Equal(job.Id, (await AddAsync(source, IngestionJobPriority.Refresh)).Id);

        // Should the lost one wake up now, it must not end the job: it has looked at the files too early.
        Assert.False(await Harness.Jobs.RenewJobAsync(lost.Lease, lost.Job, Token));
        Assert.Null(await Harness.Jobs.ReleaseJobAsync(lost.Lease, lost.Job with { State = IngestionJobState.Completed }, default, Token));
        Assert.Equal(job.Id, (await ClaimAsync("two", source))!.Job.Id);
    }

    [Fact]
    public async Task A_job_that_was_given_back_to_wait_is_claimed_when_its_time_has_come()
    {
        var source = await AddSourceAsync("docs");
        await AddAsync(source);
        var claimed = (await ClaimAsync("one", source))!;
        var waiting = await Harness.Jobs.ReleaseJobAsync(
            claimed.Lease, claimed.Job with { State = IngestionJobState.Waiting, Attempts = 0, ErrorCode = "provider_busy", ErrorMessage = "It is busy." }, TimeSpan.FromMinutes(5), Token);
        Assert.Equal((IngestionJobState.Waiting, "provider_busy", 0), (waiting!.State, waiting.ErrorCode, waiting.Attempts));
        await Harness.PassTimeAsync(TimeSpan.FromMinutes(4), Token);
        Assert.Null(await ClaimAsync("two", source));
        Assert.Empty(await Harness.Jobs.ListSourcesToDoAsync(Token));
        await Harness.PassTimeAsync(TimeSpan.FromMinutes(2), Token);
        var again = (await ClaimAsync("two", source))!;
        Assert.Equal((claimed.Job.Id, 1, 0, null), (again.Job.Id, again.Job.Attempts, again.Crashes, again.Job.ErrorCode));
    }

    [Fact]
    public async Task The_urgent_goes_first_unless_the_least_urgent_is_to_have_its_chance()
    {
        var (bulk, changed, asked) = (await AddSourceAsync("bulk"), await AddSourceAsync("changed"), await AddSourceAsync("asked"));
        await AddAsync(asked);
        await CompleteAsync(await ClaimAsync("one", asked));
        await AddAsync(bulk, IngestionJobPriority.Rescan);
        await AddAsync(changed, IngestionJobPriority.Change, "a");
        await AddAsync(asked, IngestionJobPriority.Refresh);
        Source[] all = [bulk, changed, asked];
        var first = (await ClaimAsync("one", all))!;
        Assert.Equal(asked.Id, first.Job.SourceId);
        var second = (await ClaimAsync("one", IngestionJobPriority.Change, all))!;
        Assert.Equal(changed.Id, second.Job.SourceId);
        Assert.Null(await ClaimAsync("one", IngestionJobPriority.Change, all));
        await AddAsync(changed, IngestionJobPriority.Change, "b");
        await CompleteAsync(second);
        var fair = await Harness.Jobs.ClaimJobAsync(new JobClaim("one", s_lease, [bulk.Id, changed.Id, asked.Id], IgnoresPriority: true), Token);
        Assert.Equal(bulk.Id, fair!.Job.SourceId);
    }

    [Fact]
    public async Task Collections_take_turns()
    {
        var (large, _) = await Harness.AddCollectionAsync("large");
        var many = new List<Source>();
        for (var i = 0; i < 4; i++)
        {
            many.Add(await Harness.Library.AddSourceAsync(large.Id, SourceKind.Folder, $"/large/{i}", Token));
            await AddAsync(many[^1]);
        }

        var small = await AddSourceAsync("small");
        await AddAsync(small);
        Source[] all = [.. many, small];
        var one = (await ClaimAsync("one", all))!;
        Assert.Equal(many[0].Id, one.Job.SourceId);

        // While one of the large collection is at work, and after it too: the small one was not served yet.
        var two = (await ClaimAsync("two", all))!;
        Assert.Equal(small.Id, two.Job.SourceId);
        await CompleteAsync(two);
        await AddAsync(small);
        Assert.Equal(small.Id, (await ClaimAsync("two", all))!.Job.SourceId);
        await CompleteAsync(one);
        Assert.Equal(many[1].Id, (await ClaimAsync("one", all))!.Job.SourceId);
    }

    [Fact]
    public async Task A_server_claims_only_what_it_sees_and_what_no_server_sees_waits_and_says_so()
    {
        var (here, there) = (await AddSourceAsync("here"), await AddSourceAsync("there"));
        await AddAsync(here);
        var job = await AddAsync(there);
        Assert.Equal([here.Id, there.Id], (await Harness.Jobs.ListSourcesToDoAsync(Token)).Select(source => source.Id));
        var claimed = (await ClaimAsync("one", here))!;
        Assert.Equal(here.Id, claimed.Job.SourceId);
        Assert.Null(await ClaimAsync("one", here));

        await Harness.PassTimeAsync(TimeSpan.FromMinutes(1), Token);
        await Harness.Jobs.NoteSightAsync([], [there], Token);
        var waiting = await Harness.Jobs.FindJobAsync(AccessScope.Everything, job.Id, Token);
        Assert.Equal((IngestionJobState.Waiting, "source_unseen"), (waiting!.State, waiting.ErrorCode));
        Assert.Contains(there.Location, waiting.ErrorMessage, StringComparison.Ordinal);

        await Harness.Jobs.NoteSightAsync([there], [], Token);
        Assert.Equal((IngestionJobState.Queued, null), (await Harness.Jobs.FindJobAsync(AccessScope.Everything, job.Id, Token)) is { } seen ? (seen.State, seen.ErrorCode) : default);
        Assert.Equal(job.Id, (await ClaimAsync("two", there))!.Job.Id);
    }

    [Fact]
    public async Task A_paused_job_is_nobodys_until_it_is_resumed()
    {
        var source = await AddSourceAsync("docs");
        var job = await AddAsync(source);
        var claimed = (await ClaimAsync("one", source))!;
        var paused = await Harness.Jobs.PauseJobAsync(AccessScope.Everything, job.Id, Token);
        Assert.Equal((IngestionJobState.Paused, false, null), (paused!.State, paused.IsFinished, paused.Server));
        await Assert.ThrowsAsync<JobLostException>(() => CommitAsync(source, claimed.Lease, "late.txt"));
        Assert.Empty(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token));
        Assert.False(await Harness.Jobs.RenewJobAsync(claimed.Lease, claimed.Job, Token));

        // How far it came is still told.
        Assert.Null(await Harness.Jobs.ReleaseJobAsync(claimed.Lease, claimed.Job with { Progress = new IngestionProgress(7) }, default, Token));
        Assert.Equal((IngestionJobState.Paused, 7), await Harness.Jobs.FindJobAsync(AccessScope.Everything, job.Id, Token) is { } now ? (now.State, now.Progress.FilesFound) : default);
        Assert.Null(await ClaimAsync("two", source));
        Assert.Equal(job.Id, (await AddAsync(source, IngestionJobPriority.Refresh)).Id);
        Assert.Null(await ClaimAsync("two", source));

        Harness.Close();
        Assert.Equal(IngestionJobState.Queued, (await Harness.Jobs.ResumeJobAsync(AccessScope.Everything, job.Id, Token))!.State);
        var again = (await ClaimAsync("two", source))!;
        Assert.Equal((job.Id, 0), (again.Job.Id, again.Crashes));
        Assert.Equal(IngestionJobState.Running, (await Harness.Jobs.ResumeJobAsync(AccessScope.Everything, job.Id, Token))!.State);
    }

    [Fact]
    public async Task A_cancelled_job_is_at_its_end_at_once_and_stays_there()
    {
        var source = await AddSourceAsync("docs");
        var job = await AddAsync(source);
        var claimed = (await ClaimAsync("one", source))!;
        await CommitAsync(source, claimed.Lease, "before.txt");
        var cancelled = await Harness.Jobs.CancelJobAsync(AccessScope.Everything, job.Id, Token);
        Assert.Equal((IngestionJobState.Cancelled, true), (cancelled!.State, cancelled.FinishedAt is not null));
        await Assert.ThrowsAsync<JobLostException>(() => CommitAsync(source, claimed.Lease, "late.txt"));
        Assert.Null(await Harness.Jobs.ReleaseJobAsync(claimed.Lease, claimed.Job with { State = IngestionJobState.Completed }, default, Token));
        Assert.Equal(IngestionJobState.Cancelled, (await Harness.Jobs.PauseJobAsync(AccessScope.Everything, job.Id, Token))!.State);
        Assert.Equal(IngestionJobState.Cancelled, (await Harness.Jobs.ResumeJobAsync(AccessScope.Everything, job.Id, Token))!.State);
        Assert.Equal("before.txt", Assert.Single(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token)).Path);
        Assert.Null(await ClaimAsync("two", source));
        Assert.Null(await Harness.Jobs.CancelJobAsync(AccessScope.Everything, 9_999, Token));
    }

    [Fact]
    public async Task Many_who_claim_and_ask_at_once_share_the_jobs_and_never_a_source()
    {
        var sources = new List<Source>();
        for (var i = 0; i < 6; i++)
        {
            sources.Add(await AddSourceAsync($"c{i}"));
        }

        var asked = await Task.WhenAll(sources.SelectMany(source => Enumerable.Range(0, 4).Select(_ => AddAsync(source))));
        Assert.Equal(sources.Count, asked.Select(job => job.Id).Distinct().Count());
        var claimed = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i => await ClaimAsync($"server {i}", [.. sources])));
        var held = claimed.OfType<ClaimedJob>().ToList();

        // Whoever finds all free rows locked by others may leave empty-handed and asks again.
        while (await ClaimAsync("last", [.. sources]) is { } more)
        {
            held.Add(more);
        }

        Assert.Equal(sources.Count, held.Count);
        Assert.Equal(sources.Count, held.Select(each => each.Job.SourceId).Distinct().Count());
        Assert.Equal(sources.Count, held.Select(each => each.Lease.Number).Distinct().Count());
    }

    private async Task<Source> AddSourceAsync(string collection) => (await Harness.AddCollectionAsync(collection)).Source;

    private async Task<IngestionJob> AddAsync(Source source, IngestionJobPriority priority = IngestionJobPriority.Load, params string[] paths)
        => await Harness.Jobs.AddJobAsync(new JobRequest(source.CollectionId, source.Id, priority, paths.Length == 0 ? null : paths), Token);

    private Task<ClaimedJob?> ClaimAsync(string server, params Source[] seen) => ClaimAsync(server, IngestionJobPriority.Rescan, seen);

    private async Task<ClaimedJob?> ClaimAsync(string server, IngestionJobPriority least, params Source[] seen)
        => await Harness.Jobs.ClaimJobAsync(new JobClaim(server, s_lease, [.. seen.Select(source => source.Id)], least), Token);

    private async Task CompleteAsync(ClaimedJob? claimed)
        => Assert.NotNull(await Harness.Jobs.ReleaseJobAsync(claimed!.Lease, claimed.Job with { State = IngestionJobState.Completed }, default, Token));

    private async Task CommitAsync(Source source, JobLease lease, string path)
        => await Harness.Ingestion.CommitAsync(TestDocuments.Batch(source.CollectionId, TestDocuments.Make(source.Id, path, "text")) with { Lease = lease }, Token);
}
