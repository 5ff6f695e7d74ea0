using System.Net;
using System.Text.RegularExpressions;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Features;

/// <summary>The page to try the API: there for who is signed in, and without anything from elsewhere. And the page for a missing page.</summary>
public sealed partial class PageTests(RunningServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_and_its_files_are_served_and_name_no_other_host()
    {
        using var browser = server.Browser();
        browser.DefaultRequestHeaders.Add("Cookie", await server.SignInAsync());
        var page = await browser.GetStringAsync("/api-explorer", Cancel);
        var files = Reference().Matches(page).Select(match => match.Groups["address"].Value).Where(address => address.StartsWith("/api-explorer/", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, files.Count);
        foreach (var file in files)
        {
            using var response = await browser.GetAsync(file, Cancel);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.DoesNotContain("http", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(InlineScript(), page);
    }

    [Fact]
    public async Task The_page_leads_to_sign_in_without_a_session()
    {
        using var browser = server.Browser();
        using var response = await browser.GetAsync("/api-explorer", Cancel);
        Assert.Equal("/sign-in", response.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_page_that_is_not_there_says_so_as_a_page()
    {
        using var browser = server.Browser();
        browser.DefaultRequestHeaders.Add("Cookie", await server.SignInAsync());
        browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var response = await browser.GetAsync("/no-such-page", Cancel);
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains("There is no such page", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [GeneratedRegex("(src|href)=\"(?<address>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();

    [GeneratedRegex("<script(?![^>]*src=)")]
    private static partial Regex InlineScript();
}
