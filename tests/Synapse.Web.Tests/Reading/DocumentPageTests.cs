using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests.Reading;

/// <summary>The page of one document, in a real browser.</summary>
public sealed class DocumentPageTests(Chromium chromium)
{
    [Fact]
    public async Task Document_page_marks_the_span_of_its_address_to_the_letter()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("notes", ("many.txt", string.Concat(Enumerable.Range(1, 3_000).Select(line => $"This is line {line}.\n"))));
        var document = await host.FindDocumentAsync("many.txt");
        // Lines 1 to 9 have 16 units with their break, 10 to 99 17, 100 to 999 18, 1,000 to 2,499 19; then "This is " is 8 long.
        var start = (9 * 16) + (90 * 17) + (900 * 18) + (1_500 * 19) + 8;
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;

        await watched.GoAsync($"{host.Address}/documents/{document.Id}?from={start}&to={start + 9}#L2500");

        await Expect(page.Locator(".row mark")).ToHaveTextAsync("line 2500");
        await Expect(page.Locator(".row.is-target")).ToBeInViewportAsync();
        await Expect(page.Locator(".row.is-target")).ToHaveIdAsync("L2500");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show earlier lines" }).ClickAsync();
        await Expect(page.Locator("#L2100")).ToHaveTextAsync("This is line 2100.");
        await page.GetByLabel("Line").FillAsync("7");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go" }).ClickAsync();
        await Expect(page.Locator("#L7")).ToBeInViewportAsync();
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Document_page_goes_to_the_line_of_its_address()
    {
        await using var host = await PageHost.StartAsync();
        await host.IndexAsync("notes", ("many.txt", string.Concat(Enumerable.Range(1, 3_000).Select(line => $"This is line {line}.\n"))));
        var document = await host.FindDocumentAsync("many.txt");
        await using var watched = await chromium.OpenAsync();

        await watched.GoAsync($"{host.Address}/documents/{document.Id}#L1234");

        await Expect(watched.Page.Locator("#L1234")).ToBeInViewportAsync();
        watched.AssertClean(host.Address);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5_000_000)]
    public async Task Document_page_stays_quick_with_five_megabytes_in_lines_of(int lineLength)
    {
        await using var host = await PageHost.StartAsync();
        var line = string.Concat(Enumerable.Repeat("lorem ipsum ", (lineLength / 12) + 1))[..(lineLength - 1)] + "\n";
        await host.IndexAsync("large", ("large.txt", string.Concat(Enumerable.Repeat(line, 5_000_000 / lineLength))));
        var document = await host.FindDocumentAsync("large.txt");
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(host.Address);

        var started = Stopwatch.GetTimestamp();
        await watched.GoAsync(string.Create(CultureInfo.InvariantCulture, $"{host.Address}/documents/{document.Id}?from=4000000&to=4000011"));
        await Expect(page.Locator(".row mark").First).ToBeInViewportAsync();
        var elapsed = Stopwatch.GetElapsedTime(started);

        TestContext.Current.TestOutputHelper!.WriteLine($"shown after {elapsed.TotalMilliseconds:0} ms");
        Assert.InRange(await page.Locator(".row").CountAsync(), 1, 500);
        // Freezing would take many seconds; this bound only has to be far from both.
        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        watched.AssertClean(host.Address);
    }

    [Fact]
    public async Task Document_page_says_that_a_document_is_gone()
    {
        await using var host = await PageHost.StartAsync();
        await using var watched = await chromium.OpenAsync();

        await watched.GoAsync($"{host.Address}/documents/4711");

        await Expect(watched.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no document 4711.");
        watched.AssertClean(host.Address);
    }
}
