using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests;

/// <summary>The page to ask and search, in a real browser.</summary>
public sealed class AskPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly (string, string)[] s_handbook =
    [
        ("guide/backup.md", "# Backups\n\nBackups run every night at two in the morning.\nThey are kept for thirty days and then deleted.\n"),
        ("guide/access.md", "# Access\n\nNew colleagues ask the office for a badge. A lost badge has to be reported within one day.\n"),
        ("src/Clock.cs", "namespace Handbook;\n\npublic sealed class Clock\n{\n    public int ReadHour() => 2;\n}\n"),
    ];

    [Fact]
    public async Task Ask_page_answers_with_a_citation_that_opens_the_source_with_the_quote_marked()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("handbook", s_handbook);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(host.Address);

        await page.Keyboard.TypeAsync("When do backups run?");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".answer-text")).ToContainTextAsync("Backups run every night at two in the morning.");
        await page.Locator(".answer-text [data-citation='1']").ClickAsync();

        await Expect(page.Locator(".source-panel .row mark")).ToHaveTextAsync("Backups run every night at two in the morning.");
        await Expect(page.Locator(".source-panel .row.is-target")).ToBeInViewportAsync();
        Assert.Contains("q=When%20do%20backups%20run%3F", page.Url, StringComparison.Ordinal);
        watched.AssertClean(host.Address);
    }
}
