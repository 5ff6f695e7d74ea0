using System.Net;
using System.Net.Http.Headers;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Security;
using Synapse.EmbeddingServer.Tests.TestSupport;

namespace Synapse.EmbeddingServer.Tests.Security;

public sealed class GuardTests(ServiceFixture fixture)
{
    private const string Key = "a-key-of-this-test";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_a_key_everything_but_health_needs_it()
    {
        using var folder = new TemporaryFolder();
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteEmbedder(folder)], Key = new ServiceKey(Key) });

        Assert.Equal(200, (await service.GetAsync("/health")).Status);
        foreach (var path in new[] { "/v1/models", "/metrics", "/nothing" })
        {
            var reply = await service.GetAsync(path);
            Assert.Equal((401, "invalid_api_key"), (reply.Status, reply.ErrorCode));
        }

        Assert.Equal(401, (await service.PostAsync("/v1/embeddings", new { input = "rain" })).Status);
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "another");
        Assert.Equal(401, (await service.PostAsync("/v1/embeddings", new { input = "rain" })).Status);
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        Assert.Single((await service.PostAsync("/v1/embeddings", new { input = "rain" })).Embeddings);
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("rebound.example.com", 403)]
    [InlineData("127.0.0.1.example.com", 403)]
    public async Task On_loopback_other_host_names_are_refused(string host, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/models", UriKind.Relative));
        request.Headers.Host = host;
        using var response = await fixture.Service.Client.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
        if (status != 200)
        {
            Assert.Equal("host_not_allowed", (await Reply.ReadAsync(response)).ErrorCode);
        }
    }

    [Theory]
    [InlineData("Origin", "https://example.com")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Pages_of_other_origins_are_refused_and_no_header_invites_them(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/models", UriKind.Relative));
        request.Headers.Add(header, value);
        using var response = await fixture.Service.Client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("origin_not_allowed", (await Reply.ReadAsync(response)).ErrorCode);
        Assert.DoesNotContain(response.Headers, sent => sent.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase) || sent.Key == "Server");
    }
}
