using Microsoft.Playwright;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests;

/// <summary>The whole way of a person: start, sign in, ask, check the answer, look around, sign out; with the real server, store and embedder.</summary>
public sealed class ProductTests(Chromium chromium)
{
    private const string Sentence = "Backups run every night at two in the morning.";

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Person_signs_in_asks_and_checks_the_answer_against_the_source(ColorScheme scheme)
    {
        await using var server = await ServerHost.StartAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync(new BrowserNewContextOptions { ColorScheme = scheme });
        var page = watched.Page;
        await watched.GoAsync(await server.SignInLinkAsync());
        Assert.Equal($"{server.Address}/", page.Url);
        await Expect(page.Locator(".welcome")).ToContainTextAsync("3 documents", new() { Timeout = 15_000 });

        await page.Keyboard.TypeAsync("When do backups run?");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".answer-text")).ToContainTextAsync(Sentence);
        await page.Locator(".answer-text [data-citation='1']").ClickAsync();
        await Expect(page.Locator(".source-panel .row mark")).ToHaveTextAsync(Sentence);
        await Expect(page.Locator(".source-panel .row mark")).ToBeInViewportAsync();

        await page.GetByLabel("Passages only").CheckAsync();
        await Expect(page.Locator(".answer")).ToHaveCountAsync(0);
        await page.Locator(".why summary").First.ClickAsync();
        await Expect(page.Locator(".why tbody tr").First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Library" }).ClickAsync();
        await Expect(page.Locator(".collection")).ToContainTextAsync("3 documents");
        await Expect(page.Locator(".job")).ToContainTextAsync("3 added");
        watched.AssertClean(server.Address);
    }

    [Fact]
    public async Task Person_takes_a_collection_along_as_a_file()
    {
        await using var server = await ServerHost.StartAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(await server.SignInLinkAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "Library" }).ClickAsync();

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Export handbook" }).ClickAsync());
        Assert.Equal("handbook.synapse", download.SuggestedFilename);
        using var archive = Storage.Archiving.StoreArchive.Open(await download.PathAsync());
        var held = await archive.CheckAsync(TimeProvider.System, _ => { }, TestContext.Current.CancellationToken);

        Assert.Equal(("handbook", 3L), (held.Collections[0].Name, held.Collections[0].Documents));
        watched.AssertClean(server.Address);
    }

    [Fact]
    public async Task Person_who_is_not_signed_in_sees_no_page_and_gets_no_circuit()
    {
        await using var server = await ServerHost.StartAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        foreach (var path in new[] { "/", "/library", "/documents/1", "/?q=backups" })
        {
            await page.GotoAsync(server.Address + path);
            await Expect(page.Locator("body")).ToContainTextAsync("synapse sign-in");
            await Expect(page.Locator("body")).Not.ToContainTextAsync("backup");
        }

        var circuit = await page.APIRequest.PostAsync($"{server.Address}/_blazor/negotiate?negotiateVersion=1");
        Assert.InRange(circuit.Status, 400, 499);
    }

    [Fact]
    public async Task Circuit_that_outlives_its_session_shows_nothing_more()
    {
        await using var server = await ServerHost.StartAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(await server.SignInLinkAsync());
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync(server.Address);

        await other.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(other.Locator("body")).ToContainTextAsync("synapse sign-in");
        await page.Locator("#q").FillAsync("When do backups run?");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("signed out");
        await Expect(page.Locator(".hit")).ToHaveCountAsync(0);
    }
}
