using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests;

/// <summary>The page to ask and search, in a real browser.</summary>
public sealed class AskPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Ask_page_answers_with_a_citation_that_opens_the_source_with_the_quote_marked()
    {
        await using var host = await PageHost.StartAsync();
        await host.Library.AddFileAsync("handbook", "guide/backup.md", "# Backups\n\nBackups run every night at two.\nThey are kept for thirty days.\n", "markdown");
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(host.Address);

        await page.Keyboard.TypeAsync("Do backups run at night?");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".answer-text")).ToContainTextAsync("Backups run every night at two.");
        await page.Locator(".answer-text [data-citation='1']").ClickAsync();

        await Expect(page.Locator(".source-panel .row mark")).ToHaveTextAsync("Backups run every night at two.");
        Assert.Contains("q=Do%20backups%20run%20at%20night%3F", page.Url, StringComparison.Ordinal);
        watched.AssertClean(host.Address);
    }
}
