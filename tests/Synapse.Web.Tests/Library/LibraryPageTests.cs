using Microsoft.Playwright;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests.Library;

/// <summary>The page of collections, in a real browser.</summary>
public sealed class LibraryPageTests(Chromium chromium)
{
    [Fact]
    public async Task Library_lists_collections_with_counts_sources_documents_and_files_left_out()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", [.. Corpus.Handbook, ("logo.bin", "\0\u0001\u0002\0")]);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");

        var card = page.Locator(".collection");
        await Expect(card).ToContainTextAsync("3 documents");
        await Expect(card).ToContainTextAsync("words-for-tests");
        await Expect(card.Locator(".source-place code")).ToContainTextAsync("handbook");
        await card.Locator("summary", new() { HasText = "left out" }).ClickAsync();
        await Expect(card.Locator("tr", new() { HasText = "logo.bin" })).ToBeVisibleAsync();
        await card.Locator("summary", new() { HasText = "Documents" }).ClickAsync();
        await Expect(card.Locator("td.path a")).ToHaveTextAsync(["guide/access.md", "guide/backup.md", "src/Clock.cs"]);
        await page.GetByLabel("Filter documents by path").FillAsync("CLOCK");
        await Expect(card.Locator("td.path a")).ToHaveTextAsync(["src/Clock.cs"]);
        await card.Locator("td.path a").ClickAsync();

        await Expect(page.Locator("#L5")).ToContainTextAsync("ReadHour");
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Library_follows_a_job_and_can_cancel_it()
    {
        // Nothing works on the jobs, so the test alone decides how far they are.
        await using var host = await PageHost.StartAsync(indexes: false);
        var cancellationToken = TestContext.Current.CancellationToken;
        var job = await host.EnqueueAsync("handbook", Corpus.Handbook);
        var jobs = host.Service<IJobStore>();
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");
        await Expect(page.Locator(".job")).ToContainTextAsync("Waits for its turn");

        var claimed = await jobs.ClaimJobAsync(new JobClaim("test", TimeSpan.FromMinutes(1), [job.SourceId]), cancellationToken);
        var far = claimed!.Job with { Progress = new(FilesFound: 400, FilesDone: 100, BytesFound: 8_000_000, BytesDone: 2_000_000, WalkComplete: true) };
        await jobs.RenewJobAsync(claimed.Lease, far, cancellationToken);
        await Expect(page.Locator(".job")).ToContainTextAsync("100 of 400 files, 2 MB of 8 MB");
        await Expect(page.Locator(".job progress")).ToHaveJSPropertyAsync("position", 0.25);
        await Expect(page.Locator(".job")).Not.ToContainTextAsync("left");

        // 6 MB at 100 kB a second.
        await jobs.RenewJobAsync(claimed.Lease, far with { Progress = far.Progress with { BytesPerSecond = 100_000 } }, cancellationToken);
        await Expect(page.Locator(".job")).ToContainTextAsync("about 1 min left");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Locator(".job")).ToContainTextAsync("Paused");
        Assert.False(await jobs.RenewJobAsync(claimed.Lease, far, cancellationToken));
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Expect(page.Locator(".job")).ToContainTextAsync("Waits for its turn");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Expect(page.Locator(".job")).ToContainTextAsync("Cancelled");
        Assert.Equal(IngestionJobState.Cancelled, (await jobs.FindJobAsync(AccessScope.Everything, job.Id, cancellationToken))!.State);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Library_removes_a_collection_only_after_it_was_confirmed()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove handbook" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Keep it" })).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep it" }).ClickAsync();
        await Expect(page.Locator(".collection")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove handbook" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();

        await Expect(page.Locator(".collection")).ToHaveCountAsync(0);
        await Expect(page.Locator(".library")).ToContainTextAsync("Nothing is indexed yet.");
        Assert.Empty(await host.Service<ILibraryStore>().ListCollectionsAsync(AccessScope.Everything, TestContext.Current.CancellationToken));
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Library_shows_a_collection_that_is_added_while_it_is_open()
    {
        await using var host = await PageHost.StartAsync();
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");
        await Expect(page.Locator(".library")).ToContainTextAsync("Nothing is indexed yet.");

        await host.IndexAsync("handbook", Corpus.Handbook);

        await Expect(page.Locator(".collection")).ToContainTextAsync("3 documents");
        watched.AssertClean(host.Address);
    }
}
