using Microsoft.Playwright;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests.Asking;

/// <summary>The page to ask and search, in a real browser.</summary>
public sealed class AskPageTests(Chromium chromium)
{
    private const string Sentence = "Backups run every night at two in the morning.";

    [Fact]
    public async Task Ask_page_answers_with_a_citation_that_opens_the_source_with_the_quote_marked()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(host.Address);

        await page.Keyboard.TypeAsync("When do backups run?");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".answer-text")).ToContainTextAsync(Sentence);
        await page.Locator(".answer-text [data-citation='1']").ClickAsync();

        await Expect(page.Locator(".source-panel .row mark")).ToHaveTextAsync(Sentence);
        await Expect(page.Locator(".source-panel .row.is-target")).ToBeInViewportAsync();
        await Expect(page.Locator(".source-panel .row.is-target")).ToHaveAttributeAsync("data-n", "3");
        Assert.Contains("q=When%20do%20backups%20run%3F", page.Url, StringComparison.Ordinal);
        watched.AssertClean(host.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&mode=search")]
    public async Task Ask_page_says_which_collections_were_searched_by_words_alone(string mode)
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        var cancellationToken = TestContext.Current.CancellationToken;
        await host.AddOfAnotherModelAsync("wiki", new EmbeddingSpace("gone-model", 8), "The wiki tells when backups run.", cancellationToken);
        await using var watched = await chromium.OpenAsync();
        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run{mode}");
        await Expect(watched.Page.Locator(".hit-list")).ToContainTextAsync("The wiki tells when backups run.");
        await Expect(watched.Page.Locator(".degraded-note p")).ToContainTextAsync("'wiki': searched by words alone, not by meaning. No configured provider embeds with 'gone-model'");
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Source_shows_a_quote_from_the_end_of_a_long_document()
    {
        await using var host = await PageHost.StartAsync();
        var filler = string.Concat(Enumerable.Range(1, 300).Select(line => $"Filler of paragraph {line}.\n\n"));
        await host.IndexAsync("handbook", ("long.md", $"# Rules\n\n{filler}The key of the server room hangs behind the blue door.\n"));
        await using var watched = await chromium.OpenAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 640 } });
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/?q=Where+does+the+key+of+the+server+room+hang");
        await page.Locator(".answer-text [data-citation='1']").ClickAsync();

        await Expect(page.Locator(".source-panel .row mark")).ToHaveTextAsync("The key of the server room hangs behind the blue door.");
        await Expect(page.Locator(".source-panel .row mark")).ToBeInViewportAsync();
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Ask_page_shows_the_answer_without_any_script()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync(new BrowserNewContextOptions { JavaScriptEnabled = false });
        var page = watched.Page;
        await page.GotoAsync(host.Address);

        await page.Locator("#q").FillAsync("When do backups run?");
        await page.Locator("#q").PressAsync("Enter");
        await Expect(page.Locator(".answer-text")).ToContainTextAsync(Sentence);
        await page.Locator(".answer-text [data-citation='1']").ClickAsync();

        await Expect(page.Locator(".row mark")).ToHaveTextAsync(Sentence);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Ask_page_says_not_found_plainly_when_the_documents_do_not_answer()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();

        await watched.GoAsync($"{host.Address}/?q=Which+comet+returns+every+seventy-six+years");

        await Expect(watched.Page.Locator(".answer .not-found")).ToHaveTextAsync("Not found in your documents.");
        await Expect(watched.Page.Locator(".citation")).ToHaveCountAsync(0);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Ask_page_shows_only_passages_of_the_chosen_collection_when_asked_for_them()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await host.IndexAsync("other", ("note.md", "# Backups\n\nOur backups are on tape.\n"));
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/?q=backups&collection=other&mode=search");
        await Expect(page.Locator(".hit")).ToHaveCountAsync(1);
        await Expect(page.Locator(".hit .path")).ToHaveTextAsync(["note.md"]);
        await Expect(page.Locator(".hit .snippet mark").First).ToHaveTextAsync("Backups");
        await Expect(page.Locator(".answer")).ToHaveCountAsync(0);

        // Changing a choice under results asks anew, and the address follows.
        await page.GetByLabel("Collection").SelectOptionAsync("handbook");
        await Expect(page.Locator(".hit .path").First).ToHaveTextAsync("guide/backup.md");
        Assert.Contains("collection=handbook", page.Url, StringComparison.Ordinal);
        await page.GoBackAsync();
        await Expect(page.Locator(".hit .path")).ToHaveTextAsync(["note.md"]);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Ask_page_explains_a_rank_by_parts_that_add_up()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/?q=lost+badge&mode=search");
        await page.Locator(".why summary").First.ClickAsync();
        var parts = await page.Locator(".hit").First.Locator(".why tbody .number").AllInnerTextsAsync();
        var sum = await page.Locator(".hit").First.Locator(".why tfoot .number").InnerTextAsync();

        Assert.NotEmpty(parts);
        // Three decimals each: every shown part may be off by half of the last.
        Assert.Equal(Number(sum), parts.Sum(Number), tolerance: 0.0005 * (parts.Count + 1));
        watched.AssertClean(host.Address);

        static double Number(string text) => double.Parse(text.Replace('−', '-'), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Ask_page_streams_passages_before_the_answer_and_answers_the_last_question_only()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        host.Answerer.Gate = new TaskCompletionSource();
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(host.Address);

        await page.Keyboard.TypeAsync("When do backups run?");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".hit").First).ToBeVisibleAsync();
        await Expect(page.Locator(".answer")).ToHaveAttributeAsync("aria-busy", "true");

        await page.Locator("#q").FillAsync("What about a lost badge?");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".hit .path").First).ToHaveTextAsync("guide/access.md");
        host.Answerer.Gate.SetResult();

        await Expect(page.Locator(".answer-text")).ToContainTextAsync("A lost badge has to be reported within one day.");
        await Expect(page.Locator(".answer-text")).Not.ToContainTextAsync(Sentence);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Ask_page_keeps_what_was_typed_before_the_circuit_came()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        var held = new TaskCompletionSource();
        await page.RouteAsync("**/blazor.web.js*", async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });

        await page.GotoAsync(host.Address, new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await page.Locator("#q").PressSequentiallyAsync("When do backups");
        held.SetResult();
        await page.WaitForFunctionAsync("() => document.documentElement.dataset.live === 'true'");
        await Expect(page.Locator("#q")).ToHaveValueAsync("When do backups");
        await page.Keyboard.TypeAsync(" run?");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator(".answer-text")).ToContainTextAsync(Sentence);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Ask_page_tells_an_error_in_words_and_recovers()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        host.Answerer.Fault = new StoreUnavailableException("store.db", "the disk is gone");
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The store 'store.db' cannot be used: the disk is gone.");

        host.Answerer.Fault = new InvalidOperationException("secret inner workings");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Something went wrong");
        await Expect(page.GetByRole(AriaRole.Alert)).Not.ToContainTextAsync("secret");

        host.Answerer.Fault = null;
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.Locator(".answer-text")).ToContainTextAsync(Sentence);
        watched.AssertClean(host.Address);
    }

    [Theory]
    [InlineData("/?q=backups&collection=nowhere", "There is no collection named 'nowhere'.")]
    [InlineData("/?q=%3F%21", "The query cannot be searched for")]
    public async Task Ask_page_names_what_is_wrong_with_an_address(string address, string message)
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();

        await watched.GoAsync(host.Address + address);

        await Expect(watched.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(message);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Ask_page_shows_nothing_of_a_collection_once_the_right_to_it_is_gone()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await host.IndexAsync("open", ("note.md", "# Holidays\n\nThe office is closed in August.\n"));
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");
        await Expect(page.Locator(".hit .path").First).ToHaveTextAsync("guide/backup.md");

        var open = await host.Service<ILibraryStore>().FindCollectionAsync(AccessScope.Everything, "open", TestContext.Current.CancellationToken);
        host.Caller.Scope = AccessScope.Of([open!.Id]);
        await page.Locator(".hit-link").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no document");
        await page.Locator("#q").PressAsync("Enter");

        await Expect(page.Locator(".answer .not-found")).ToBeVisibleAsync();
        await Expect(page.Locator(".hit .path", new() { HasText = "backup" })).ToHaveCountAsync(0);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Ask_page_can_be_used_with_the_keyboard_alone()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", [.. Corpus.Handbook, ("guide/tape.md", "# Tapes\n\nOld backups lie on tape in the cellar.\n")]);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");
        await Expect(page.Locator(".answer-text")).ToContainTextAsync(Sentence);

        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("/");
        await Expect(page.Locator("#q")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.Locator("[data-hit]").Nth(0)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("j");
        await Expect(page.Locator("[data-hit]").Nth(1)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".source-panel .row.is-cited").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".source-panel")).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-hit]").Nth(0)).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("1");
        await Expect(page.Locator(".source-panel .row mark")).ToHaveTextAsync(Sentence);
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Keyboard" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#keys")).ToBeHiddenAsync();
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Theme_follows_the_system_until_it_is_changed_and_then_stays_changed()
    {
        await using var host = await PageHost.StartAsync();
        await using var watched = await chromium.OpenAsync(new BrowserNewContextOptions { ColorScheme = ColorScheme.Dark });
        var page = watched.Page;
        await watched.GoAsync(host.Address);
        Assert.Equal("rgb(20, 22, 26)", await BackgroundAsync());

        await page.GetByRole(AriaRole.Button, new() { Name = "Change between light and dark" }).ClickAsync();
        Assert.Equal("rgb(251, 250, 247)", await BackgroundAsync());
        await page.ReloadAsync();
        Assert.Equal("rgb(251, 250, 247)", await BackgroundAsync());
        watched.AssertClean(host.Address);

        Task<string> BackgroundAsync() => page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor");
    }

    [Fact]
    public async Task Copy_button_copies_the_answer_with_its_sources()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync(new BrowserNewContextOptions { Permissions = ["clipboard-read", "clipboard-write"] });
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");

        await page.GetByRole(AriaRole.Button, new() { Name = "Copy the answer with its sources" }).ClickAsync();
        await Expect(page.Locator("#announcer")).ToHaveTextAsync("Copied");
        var copied = await page.EvaluateAsync<string>("() => navigator.clipboard.readText()");

        Assert.StartsWith(Sentence, copied, StringComparison.Ordinal);
        Assert.Contains("[1] guide/backup.md:3", copied, StringComparison.Ordinal);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Empty_library_is_explained_with_the_command_that_fills_it_and_the_page_follows()
    {
        await using var host = await PageHost.StartAsync();
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(host.Address);
        await Expect(page.Locator(".welcome .command code")).ToHaveTextAsync("synapse index PATH/TO/FOLDER");
        watched.AssertClean(host.Address);
    }
}
