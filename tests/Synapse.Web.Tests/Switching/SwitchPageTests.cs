using Microsoft.Playwright;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Switching;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests.Switching;

/// <summary>Switching a collection to another embedding model on the library page, in a real browser.</summary>
public sealed class SwitchPageTests(Chromium chromium)
{
    private const int Documents = 100;

    private readonly GatedEmbedder _old = new("old-words");
    private readonly GatedEmbedder _new = new("new-words");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Person_switches_a_model_sees_it_measured_goes_back_comes_again_and_removes_the_old_embeddings()
    {
        await using var host = await PageHost.StartAsync(models: [_old, _new]);
        await host.IndexAsync("archive", Archive());
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");
        await Expect(page.Locator(".model-line")).ToContainTextAsync("Embedded with old-words");

        await Button(page, "Switch model of archive").ClickAsync();
        await Expect(page.Locator(".switch-panel h3")).ToBeFocusedAsync();
        await Expect(page.Locator(".choice", new() { HasText = "old-words" })).ToContainTextAsync("in use now");
        await Expect(page.GetByLabel("old-words")).ToBeDisabledAsync();
        await Expect(page.Locator(".choice", new() { HasText = "words-for-tests" })).ToContainTextAsync("64 dimensions");
        await Expect(Button(page, "Begin")).ToBeDisabledAsync();
        await page.GetByLabel("new-words").CheckAsync();
        var estimate = page.Locator(".switch-estimate");
        await Expect(estimate).ToContainTextAsync("100 documents, 100 chunks, about");
        await Expect(estimate).ToContainTextAsync("measured on a sample");
        await Expect(estimate).ToContainTextAsync("none: the model runs on this machine or its private network");
        await Expect(estimate).ToContainTextAsync("Nothing leaves this machine or its private network.");
        await ShootAsync(page, "panel");

        _new.Allow(0);
        await Button(page, "Begin").ClickAsync();
        await Expect(page.Locator(".model-switch h3")).ToHaveTextAsync("Embedding with 'new-words'");
        await Expect(page.Locator(".model-switch h3")).ToBeFocusedAsync();
        await Expect(page.Locator(".model-switch")).ToContainTextAsync("0 of 100 chunks");
        // One portion of 64 documents, and then the model waits again.
        _new.Allow(64);
        await Expect(page.Locator(".model-switch")).ToContainTextAsync("64 of 100 chunks");
        await Expect(page.Locator(".model-switch progress")).ToHaveJSPropertyAsync("position", 0.64);
        await Expect(page.Locator(".model-line")).ToContainTextAsync("Embedded with old-words");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "64 of 100 chunks embedded" })).ToHaveCountAsync(1);
        await ShootAsync(page, "running");

        await Button(page, "Give up…").FocusAsync();
        _new.Release();
        await Expect(page.Locator(".model-switch h3")).ToHaveTextAsync("Searches use 'new-words'");
        // The button that had the focus is gone.
        await Expect(page.Locator(".model-switch h3")).ToBeFocusedAsync();
        await Expect(page.Locator(".model-line")).ToContainTextAsync("Embedded with new-words");
        var table = page.Locator(".comparison");
        await Expect(table.Locator("caption")).ToHaveTextAsync("50 sentences drawn from its documents");
        // Both models are the same but for their names.
        await Expect(table).ToContainTextAsync("'new-words' was found to be no worse.");
        await Expect(table).ToContainTextAsync("100 % of the hits in common.");
        await Expect(table).ToContainTextAsync("NDCG@10 says how high among the first 10 documents the right ones stand, recall@10 how many");
        foreach (var measure in new[] { "NDCG@10", "recall@10" })
        {
            var values = await table.Locator("tr", new() { HasText = measure }).Locator(".number").AllInnerTextsAsync();
            Assert.Equal(2, values.Count);
            Assert.Equal(values[0], values[1]);
        }

        await ShootAsync(page, "switched");
        await Button(page, "Go back to the old model").ClickAsync();
        await Expect(page.Locator(".model-line")).ToContainTextAsync("Embedded with old-words");
        await Expect(page.Locator(".model-switch h3")).ToHaveTextAsync("'new-words' is ready");
        await Expect(page.Locator(".model-switch h3")).ToBeFocusedAsync();
        await Button(page, "Use the new model").ClickAsync();
        await Expect(page.Locator(".model-line")).ToContainTextAsync("Embedded with new-words");

        await Button(page, "Remove the old embeddings…").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("After it there is no way back but another switch.");
        await ShootAsync(page, "remove");
        await Button(page, "Keep it").ClickAsync();
        await Expect(Button(page, "Remove the old embeddings…")).ToBeFocusedAsync();
        await Button(page, "Remove the old embeddings…").ClickAsync();
        await Button(page, "Remove the old embeddings").ClickAsync();
        await Expect(page.Locator(".model-switch")).ToHaveCountAsync(0);
        await Expect(Button(page, "Switch model of archive")).ToBeFocusedAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "archive stays with 'new-words'. The other embeddings are removed." })).ToHaveCountAsync(1);
        Assert.Empty(await host.Service<ISwitchStore>().ListSwitchesAsync(AccessScope.Everything, Cancel));
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Switch_that_is_hindered_says_by_what_goes_on_by_itself_and_can_be_given_up()
    {
        await using var host = await PageHost.StartAsync(models: [_old, _new]);
        await host.IndexAsync("archive", Archive());
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");
        await ChooseAsync(page, "new-words");
        await page.GetByLabel("Wait for me").CheckAsync();
        _new.Fault = new ProviderException("tests", ProviderFailure.Unavailable, "The model server of the tests does not answer.");

        await Button(page, "Begin").ClickAsync();
        await Expect(page.Locator(".hindered")).ToHaveTextAsync("Hindered, and tried again: The model server of the tests does not answer.");
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "does not answer" })).ToHaveCountAsync(1);
        await Expect(page.Locator(".model-switch h3")).ToBeFocusedAsync();

        _new.Fault = null;
        // It is tried again after some seconds.
        await Expect(page.Locator(".model-switch h3")).ToHaveTextAsync("'new-words' is ready", new() { Timeout = 30_000 });
        await Expect(page.Locator(".hindered")).ToHaveCountAsync(0);
        await Expect(page.Locator(".model-line")).ToContainTextAsync("Embedded with old-words");

        await Button(page, "Give up…").ClickAsync();
        await Button(page, "Give up").ClickAsync();
        await Expect(Button(page, "Switch model of archive")).ToBeFocusedAsync();
        await Expect(page.Locator(".model-line")).ToContainTextAsync("Embedded with old-words");
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Models_that_cannot_be_chosen_say_why_and_what_leaves_is_said_before_anything_does()
    {
        var away = new GatedEmbedder("away-words") { Unreachable = new ProviderException("tests", ProviderFailure.Unavailable, "The other server does not answer.") };
        var cloud = new GatedEmbedder("cloud-words") { IsLocal = false, Price = new EmbeddingPrice(1_000_000m, "EUR") };
        await using var host = await PageHost.StartAsync(models: [_old, cloud, away]);
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");

        await ChooseAsync(page, "cloud-words");
        await Expect(page.Locator(".choice", new() { HasText = "cannot be asked: The other server does not answer." }).Locator("input")).ToBeDisabledAsync();
        var estimate = page.Locator(".switch-estimate");
        await Expect(estimate).ToContainTextAsync("not known before it begins: nothing is sent for an estimate");
        // One EUR a token.
        await Expect(estimate).ToContainTextAsync(new System.Text.RegularExpressions.Regex(@"about (\d+) tokens[\s\S]*about \1\.00 EUR"));
        await Expect(estimate).ToContainTextAsync("The text of the documents goes to the provider of 'cloud-words', which is not local");
        Assert.Equal(0, cloud.Embedded);

        await page.GetByRole(AriaRole.Switch).CheckAsync();
        await Button(page, "Begin").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("'cloud-words', which is not local");
        await Button(page, "Not now").ClickAsync();
        await Expect(Button(page, "Switch model of handbook")).ToBeFocusedAsync();
        await Button(page, "Switch model of handbook").ClickAsync();
        await Expect(page.Locator(".choice", new() { HasText = "cloud-words" })).ToContainTextAsync("not for this collection");
        await Expect(page.GetByLabel("cloud-words")).ToBeDisabledAsync();
        Assert.Equal(0, cloud.Embedded);
        Assert.Empty(await host.Service<ISwitchStore>().ListSwitchesAsync(AccessScope.Everything, Cancel));
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Worse_model_waits_with_its_figures_and_old_embeddings_are_not_removed_by_who_meant_to_give_up()
    {
        // Nobody works on the switch, so the test alone decides how far it is.
        await using var host = await PageHost.StartAsync(models: [_old, _new], switches: false);
        await host.IndexAsync("handbook", Corpus.Handbook);
        var (switches, id) = (host.Service<ISwitchStore>(), (await host.FindDocumentAsync("src/Clock.cs")).CollectionId);
        await switches.BeginSwitchAsync(id, await _new.GetSpaceAsync(Cancel), SwitchWish.WhenGood, Cancel);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");
        await Expect(page.Locator(".model-switch")).ToContainTextAsync("0 of");
        await Button(page, "Wait for me").ClickAsync();
        await Expect(page.Locator(".model-switch")).ToContainTextAsync("it waits for you");
        await Button(page, "Change over when it is no worse").ClickAsync();
        await Expect(page.Locator(".model-switch")).ToContainTextAsync("if the new model is no worse");

        await FillAsync(switches, id);
        await Expect(page.Locator(".model-switch h3")).ToHaveTextAsync("Comparing the two models");
        var comparison = new SwitchComparison(EvaluationBasis.Judged, 12, 0.8, 0.5, 0.9, 0.75, 0.4, TimeProvider.System.GetUtcNow());
        await switches.NoteSwitchAsync(id, isReady: true, comparison, error: null, Cancel);
        await Expect(page.Locator(".model-switch h3")).ToHaveTextAsync("'new-words' was found to be worse");
        await Expect(page.Locator(".comparison caption")).ToHaveTextAsync("12 questions of its own");
        await Expect(page.Locator(".comparison .number")).ToHaveTextAsync(["0.800", "0.500", "0.900", "0.750"]);
        await Expect(page.Locator(".comparison")).ToContainTextAsync("40 % of the hits in common.");

        // It changes over while somebody is asked whether to give it up.
        await Button(page, "Give up…").ClickAsync();
        await switches.WishAsync(AccessScope.Everything, id, SwitchWish.Switch, Cancel);
        Assert.True(await switches.SwapSpacesAsync(id, SwitchWish.Switch, Cancel));
        await Expect(page.Locator(".model-line")).ToContainTextAsync("Embedded with new-words");
        await Button(page, "Give up").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing was done");
        Assert.Equal(SwitchWish.Hold, (await switches.FindSwitchAsync(AccessScope.Everything, id, Cancel))!.Wish);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Caller_whose_right_was_taken_away_begins_nothing()
    {
        await using var host = await PageHost.StartAsync(models: [_old, _new]);
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");
        await ChooseAsync(page, "new-words");

        // The page itself takes the collection away at its next look; until then the button is there.
        await Button(page, "Begin").FocusAsync();
        host.Caller.Scope = AccessScope.Of([]);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator(".collection")).ToHaveCountAsync(0);
        Assert.Empty(await host.Service<ISwitchStore>().ListSwitchesAsync(AccessScope.Everything, Cancel));
    }

    [Fact]
    public async Task Keyboard_alone_begins_a_switch_and_gives_it_up()
    {
        await using var host = await PageHost.StartAsync(models: [_old, _new], switches: false);
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");
        await Expect(page.Locator("h1")).ToBeFocusedAsync();

        await TabToAsync(page, Button(page, "Switch model of handbook"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".switch-panel h3")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".switch-panel")).ToHaveCountAsync(0);
        await Expect(Button(page, "Switch model of handbook")).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".switch-panel h3")).ToBeFocusedAsync();
        await Expect(page.GetByLabel("new-words")).ToBeEnabledAsync();
        await TabToAsync(page, page.GetByLabel("words-for-tests"));
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.GetByLabel("new-words")).ToBeCheckedAsync();
        await Expect(page.Locator(".switch-estimate")).ToContainTextAsync("Nothing leaves");
        await TabToAsync(page, page.GetByLabel("Change over when it is no worse"));
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(page.GetByLabel("Wait for me")).ToBeCheckedAsync();
        await TabToAsync(page, Button(page, "Begin"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".model-switch h3")).ToBeFocusedAsync();
        await Expect(page.Locator(".model-switch")).ToContainTextAsync("it waits for you");

        await TabToAsync(page, Button(page, "Give up…"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(Button(page, "Keep it")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(Button(page, "Give up…")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(Button(page, "Keep it")).ToBeFocusedAsync();
        await TabToAsync(page, Button(page, "Give up"));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".model-switch h3")).ToHaveTextAsync("The switch is being ended");
        await Expect(page.Locator(".model-switch h3")).ToBeFocusedAsync();
        watched.AssertClean(host.Address);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 320)]
    [InlineData(ColorScheme.Dark, 320)]
    public async Task Every_stage_is_readable_named_and_fits_the_window(ColorScheme scheme, int width)
    {
        var other = new GatedEmbedder("a-model-of-a-provider-with-a-name-that-is-longer-than-a-phone-is-wide") { IsLocal = false };
        var away = new GatedEmbedder("away") { Unreachable = new ProviderException("tests", ProviderFailure.Unavailable, "http://a-server-of-the-private-network.example:8080/v1/embeddings does not answer.") };
        await using var host = await PageHost.StartAsync(models: [_old, other, away], switches: false);
        await host.IndexAsync("handbook", Corpus.Handbook);
        var (switches, id) = (host.Service<ISwitchStore>(), (await host.FindDocumentAsync("src/Clock.cs")).CollectionId);
        await using var watched = await chromium.OpenAsync(new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");
        await AccessibilityTests.AssertAccessibleAsync(page, width);

        await ChooseAsync(page, "a-model-of-a-provider");
        await Expect(page.Locator(".switch-estimate")).ToContainTextAsync("which is not local");
        await AccessibilityTests.AssertAccessibleAsync(page, width);
        await ShootAsync(page, $"stage1-{scheme}-{width}");

        await Button(page, "Begin").ClickAsync();
        await Expect(page.Locator(".model-switch h3")).ToContainTextAsync("Embedding with");
        await switches.NoteSwitchAsync(id, isReady: false, comparison: null, "http://a-server-of-the-private-network.example:8080/v1/embeddings does not answer.", Cancel);
        await Expect(page.Locator(".hindered")).ToBeVisibleAsync();
        await AccessibilityTests.AssertAccessibleAsync(page, width);
        await ShootAsync(page, $"stage2-{scheme}-{width}");

        await FillAsync(switches, id);
        var comparison = new SwitchComparison(EvaluationBasis.Drawn, 50, 0.8, 0.5, 0.9, 0.75, 0.4, TimeProvider.System.GetUtcNow());
        await switches.NoteSwitchAsync(id, isReady: true, comparison, error: null, Cancel);
        await Expect(page.Locator(".comparison")).ToBeVisibleAsync();
        await AccessibilityTests.AssertAccessibleAsync(page, width);
        await ShootAsync(page, $"stage3-{scheme}-{width}");

        await Button(page, "Give up…").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await AccessibilityTests.AssertAccessibleAsync(page, width);
        await ShootAsync(page, $"stage4-{scheme}-{width}");
        watched.AssertClean(host.Address);
    }

    private static (string Path, string Text)[] Archive()
        => [.. Enumerable.Range(0, Documents).Select(static i => ($"paper-{i:000}.md", $"# Paper {i}\n\nThe paper of case{i} lies in room{i} beside shelf{i} for ever.\n"))];

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static async Task ChooseAsync(IPage page, string model)
    {
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Switch model of ") }).ClickAsync();
        await page.Locator(".choice", new() { HasText = model }).Locator("input").CheckAsync();
        await Expect(Button(page, "Begin")).ToBeEnabledAsync();
    }

    // As somebody would who sees where the focus is.
    private static async Task TabToAsync(IPage page, ILocator target)
    {
        for (var presses = 0; presses < 20; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail($"Twenty presses of Tab do not reach {target}.");
    }

    private static async Task FillAsync(ISwitchStore switches, long collectionId)
    {
        var shadow = (await switches.FindSwitchAsync(AccessScope.Everything, collectionId, Cancel))!.Shadow;
        var documents = await switches.ListUnembeddedAsync(collectionId, 100, Cancel);
        await switches.AddShadowAsync(
            collectionId, shadow.Fingerprint, [.. documents.Select(document => new ShadowEmbeddings(document.DocumentId, new float[document.Chunks.Count * shadow.Dimensions]))], Cancel);
    }

    // For looking at the page by eye, where a folder is named for it.
    private static Task ShootAsync(IPage page, string name)
        => Environment.GetEnvironmentVariable("SYNAPSE_SCREENSHOTS") is { Length: > 0 } folder
            ? page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"switch-{name}.png".ToLowerInvariant()), FullPage = true })
            : Task.CompletedTask;
}
