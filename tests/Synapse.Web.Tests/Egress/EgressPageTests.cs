using Microsoft.Playwright;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Storage;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests.Egress;

public sealed class EgressPageTests(Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_says_so_when_nothing_has_left_and_in_which_mode_the_process_is()
    {
        await using var host = await PageHost.StartAsync(offline: true);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/egress");

        await Expect(page.Locator(".egress-empty")).ToContainTextAsync("Nothing has left");
        await Expect(page.Locator(".page.egress .badge")).ToHaveTextAsync("offline mode");
        await Expect(page.Locator(".site-footer")).ToContainTextAsync("offline");
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Page_shows_totals_by_host_and_each_request_with_its_documents_page_by_page()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        var ledger = host.Service<IEgressLedger>();
        var collection = (await host.Service<ILibraryStore>().FindCollectionAsync(AccessScope.Everything, "handbook", Cancel))!;
        for (var count = 0; count < 60; count++)
        {
            var id = await BeginAsync(ledger, "api.openai.com:443", new EgressDocument(collection.Id, 1, $"guide/{count}.md"));
            ledger.Complete(id, new EgressResult(EgressOutcome.Completed, 200, null, 1_000, 2_000, TimeSpan.FromSeconds(1)));
        }

        var refused = await BeginAsync(ledger, "api.example:443");
        ledger.Complete(refused, new EgressResult(EgressOutcome.Refused, null, "<b>local_only</b>", 0, 0, TimeSpan.Zero));

        // Written after all that went before, so that the page sees it.
        await BeginAsync(ledger, "api.openai.com:443");
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/egress");

        await Expect(page.Locator(".egress-hosts tbody tr").First).ToContainTextAsync("60 kB");
        await Expect(page.Locator(".egress-entry").Nth(0)).ToContainTextAsync("under way");
        await Expect(page.Locator(".egress-entry").Nth(1)).ToContainTextAsync("refused: <b>local_only</b>");
        await page.Locator(".egress-entry summary").First.ClickAsync();
        await Expect(page.Locator(".egress-entry").Nth(2)).ToContainTextAsync("guide/59.md");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show more" }).ClickAsync();
        await Expect(page.Locator(".egress-entry")).ToHaveCountAsync(62);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Show more" })).ToHaveCountAsync(0);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Switch_of_a_collection_keeps_it_local_by_keyboard_and_lets_it_go_again()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");
        var control = page.GetByRole(AriaRole.Switch, new() { Name = "Keep handbook on this machine and its private network" });

        await control.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator(".collection-head .badge")).ToHaveTextAsync("local only");
        Assert.Single(await host.Service<ILibraryStore>().ListLocalOnlyAsync(AccessScope.Everything, null, Cancel));

        await control.UncheckAsync();
        await Expect(page.Locator(".collection-head .badge")).ToHaveCountAsync(0);
        Assert.Empty(await host.Service<ILibraryStore>().ListLocalOnlyAsync(AccessScope.Everything, null, Cancel));
        watched.AssertClean(host.Address);
    }

    private static ValueTask<long> BeginAsync(IEgressLedger ledger, string host, params EgressDocument[] documents)
        => ledger.BeginAsync(new EgressAttempt(TimeProvider.System.GetUtcNow(), "openai", host, AddressReach.Public, EgressPurpose.Chat, documents), Cancel);
}
