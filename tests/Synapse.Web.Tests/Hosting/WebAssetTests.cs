using System.Net;
using Synapse.Web.Hosting;
using Synapse.Web.Tests.TestSupport;

namespace Synapse.Web.Tests.Hosting;

public sealed class WebAssetTests
{
    [Fact]
    public async Task Assets_are_served_for_ever_by_version_and_checked_anew_without()
    {
        await using var host = await PageHost.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(host.Address) };
        Assert.Equal(["blazor.web.js", "favicon.svg", "synapse.css", "synapse.js", "theme.js"], WebAsset.All.Keys.Order(StringComparer.Ordinal));
        foreach (var asset in WebAsset.All.Values)
        {
            using var versioned = await client.GetAsync(WebAsset.Address(asset.Name), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, versioned.StatusCode);
            Assert.Equal(asset.ContentType, versioned.Content.Headers.ContentType!.ToString());
            Assert.Contains("immutable", versioned.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            Assert.Equal(asset.Content, await versioned.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

            using var old = await client.GetAsync($"{SynapseWeb.AssetPath}/{asset.Name}?v=old", TestContext.Current.CancellationToken);
            Assert.True(old.Headers.CacheControl!.NoCache);
            using var again = new HttpRequestMessage(HttpMethod.Get, $"{SynapseWeb.AssetPath}/{asset.Name}");
            again.Headers.IfNoneMatch.Add(versioned.Headers.ETag!);
            using var unchanged = await client.SendAsync(again, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        }

        using var missing = await client.GetAsync($"{SynapseWeb.AssetPath}/..%2fSynapse.Web.dll", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public void Assets_name_no_address_outside_of_this_server()
    {
        foreach (var asset in WebAsset.All.Values.Where(asset => asset.Name != "blazor.web.js"))
        {
            var text = System.Text.Encoding.UTF8.GetString(asset.Content).Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
            Assert.DoesNotContain("://", text, StringComparison.Ordinal);
            Assert.DoesNotContain("@import", text, StringComparison.Ordinal);
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
        }
    }
}
