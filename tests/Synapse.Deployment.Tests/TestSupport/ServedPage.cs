using System.Net;
using System.Text.RegularExpressions;

namespace Synapse.Deployment.Tests.TestSupport;

/// <summary>The web page as a server hands it out: the page itself, and all that it names.</summary>
internal static partial class ServedPage
{
    /// <summary>Asks for the page and for each of its style sheets and scripts.</summary>
    /// <param name="client">A browser that is signed in.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task AssertWholeAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var page = await client.GetAsync(new Uri("/", UriKind.Relative), cancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var assets = Asset().Matches(await page.Content.ReadAsStringAsync(cancellationToken)).Select(match => match.Groups["address"].Value).Distinct().ToArray();
        Assert.Contains(assets, address => address.Contains("blazor.web", StringComparison.Ordinal));
        foreach (var address in assets)
        {
            using var asset = await client.GetAsync(new Uri(address.StartsWith('/') ? address : $"/{address}", UriKind.Relative), cancellationToken);
            Assert.True(asset.StatusCode == HttpStatusCode.OK, $"{address}: {asset.StatusCode}");
            Assert.Equal(address.Contains(".css", StringComparison.Ordinal) ? "text/css" : address.Contains(".svg", StringComparison.Ordinal) ? "image/svg+xml" : "text/javascript", asset.Content.Headers.ContentType?.MediaType);
            Assert.NotEmpty(await asset.Content.ReadAsByteArrayAsync(cancellationToken));
        }
    }

    [GeneratedRegex("(<link rel=\"(stylesheet|icon)\"[^>]*href|<script[^>]* src)=\"(?<address>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Asset();
}
