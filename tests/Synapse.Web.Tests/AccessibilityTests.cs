using Microsoft.Playwright;
using Synapse.Privacy;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests;

/// <summary>What people with other eyes, hands and screens need from every page.</summary>
public sealed class AccessibilityTests(Chromium chromium)
{
    // WCAG 2.2, 1.4.3 and the formula of relative luminance there. Text over several half-transparent layers does not occur.
    private const string FindPaleText = """
        () => {
          const parse = color => { const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
          const light = ({ r, g, b }) => [r, g, b].map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
          const ground = element => {
            for (let at = element; at; at = at.parentElement) {
              const color = parse(getComputedStyle(at).backgroundColor);
              if (color.a === 1) { return color; }
            }
            return { r: 255, g: 255, b: 255 };
          };
          const pale = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest('.visually-hidden, script')) { continue; }
            const [one, two] = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
            const ratio = (one + 0.05) / (two + 0.05);
            if (ratio < 4.5) { pale.push(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${walker.currentNode.data.trim().slice(0, 40)}`); }
          }
          return [...new Set(pale)];
        }
        """;

    private const string FindNameless = """
        () => [...document.querySelectorAll('a[href], button, input, select, summary, dialog, [role=region]')].filter(element => element.checkVisibility())
          .filter(element => !(element.getAttribute('aria-label') || element.getAttribute('aria-labelledby') || element.labels?.length
            || element.innerText?.trim() || element.getAttribute('title')))
          .map(element => element.outerHTML.slice(0, 200))
        """;

    private const string FindDoubleIds = """
        () => { const ids = [...document.querySelectorAll('[id]')].map(element => element.id); return ids.filter((id, index) => ids.indexOf(id) !== index); }
        """;

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 320)]
    public async Task Pages_are_readable_named_and_fit_the_window(ColorScheme scheme, int width)
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", [.. Corpus.Handbook, ("a/rather/deep/folder/with-a-name-that-is-longer-than-it-should-be-for-a-phone.md", "# Backups\n\nBackups again.\n")]);
        await host.IndexAsync("other", ("note.md", "# Backups\n\nBackups on tape.\n"));
        var document = await host.FindDocumentAsync("src/Clock.cs");
        await using var watched = await chromium.OpenAsync(new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        var page = watched.Page;

        await watched.GoAsync(host.Address);
        await AssertAccessibleAsync(page, width);

        await watched.GoAsync($"{host.Address}/?q=When+do+backups+run");
        await page.Locator(".why summary").First.ClickAsync();
        await page.Locator(".answer-text [data-citation='1']").ClickAsync();
        await Expect(page.Locator(".source-panel .row mark")).ToBeVisibleAsync();
        await AssertAccessibleAsync(page, width);

        await watched.GoAsync($"{host.Address}/?q=backups&collection=nowhere");
        await AssertAccessibleAsync(page, width);

        await watched.GoAsync($"{host.Address}/documents/{document.Id}#L4");
        await Expect(page.Locator(".row.is-target")).ToHaveIdAsync("L4");
        await AssertAccessibleAsync(page, width);

        await watched.GoAsync($"{host.Address}/library");
        await page.Locator("summary", new() { HasText = "Documents" }).First.ClickAsync();
        await Expect(page.Locator("td.path a").First).ToBeVisibleAsync();
        await AssertAccessibleAsync(page, width);

        await host.Service<IEgressLedger>().BeginAsync(
            new EgressAttempt(
                TimeProvider.System.GetUtcNow(),
                "a-provider-with-a-rather-long-name",
                "a-resource-with-a-rather-long-name.openai.azure.com:443",
                AddressReach.Public,
                EgressPurpose.Embedding,
                [new EgressDocument(document.CollectionId, document.SourceId, document.Path)]),
            TestContext.Current.CancellationToken);
        await watched.GoAsync($"{host.Address}/egress");
        await page.Locator(".egress-entry summary").ClickAsync();
        await AssertAccessibleAsync(page, width);
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Page_begins_at_its_title_and_the_skip_link_leads_back_to_the_content()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", Corpus.Handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync($"{host.Address}/library");

        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Ask handbook" })).ToBeFocusedAsync();
        await page.GetByText("Skip to the content").FocusAsync();
        await Expect(page.GetByText("Skip to the content")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#main")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Ask handbook" })).ToBeFocusedAsync();
        watched.AssertClean(host.Address);
    }

    /// <summary>Fails when a page has text that is too pale, something without a name, an id twice, or is wider than its window.</summary>
    internal static async Task AssertAccessibleAsync(IPage page, int width)
    {
        Assert.Empty(await page.EvaluateAsync<string[]>(FindPaleText));
        Assert.Empty(await page.EvaluateAsync<string[]>(FindNameless));
        Assert.Empty(await page.EvaluateAsync<string[]>(FindDoubleIds));
        Assert.Equal(1, await page.Locator("h1").CountAsync());
        Assert.Equal(1, await page.Locator("main").CountAsync());
        Assert.InRange(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"), 1, width);
    }
}
