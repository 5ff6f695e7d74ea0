using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests;

/// <summary>The fake as tests use it: records, sequences, settings, ends.</summary>
public sealed class FakeProviderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Requests_are_recorded_as_they_came()
    {
        await using var fake = FakeProvider.Start();
        await RawClient.SendAsync(fake, DialectRequest.Chat("openai").With("X-Client-Request-Id", "abc") with { Target = "/v1/chat/completions?a=b%20c" });
        var request = Assert.Single(fake.Requests);

        Assert.Equal(("POST", "/v1/chat/completions", "b c", "abc"), (request.Method, request.Path, request.Query("a"), request.Header("x-client-request-id")));
        Assert.Equal((RequestKind.Chat, 200, "ok-stream"), (request.Kind, request.Status, request.Scenario));
        Assert.Contains(DialectRequest.Question, request.BodyText, StringComparison.Ordinal);
        await fake.WaitUntilAsync(f => f.Requests[0].EndedAt is not null, Patience, TestContext.Current.CancellationToken);
        Assert.False(request.ClosedByClient);
    }

    [Fact]
    public async Task Embeddings_that_are_remembered_are_given_again_to_the_same_request_alone()
    {
        await using var fake = FakeProvider.Start(new() { Scenario = "emb-remembered" });
        var first = await RawClient.SendAsync(fake, DialectRequest.Embeddings("openai", "cats"));
        var again = await RawClient.SendAsync(fake, DialectRequest.Embeddings("openai", "cats"));
        var other = await RawClient.SendAsync(fake, DialectRequest.Embeddings("openai", "dogs"));

        Assert.Equal(first.Bytes, again.Bytes);
        Assert.NotEqual(first.Text, other.Text);
    }

    [Fact]
    public async Task Client_that_leaves_is_noticed_and_stops_what_is_sent()
    {
        await using var fake = FakeProvider.Start(new() { Scenario = "endless-tokens" });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Chat("openai"), limit: 10_000);

        Assert.Equal(RawEnd.Limit, reply.End);
        await fake.WaitUntilAsync(f => f.Requests[0].ClosedByClient && f.OpenConnections == 0, Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Client_that_leaves_in_silence_is_noticed_too()
    {
        await using var fake = FakeProvider.Start(new() { Scenario = "accept-no-reply" });
        Assert.Empty((await RawClient.SendAsync(fake, DialectRequest.Chat("openai"), firstByteMs: 30)).Bytes);

        await fake.WaitUntilAsync(f => f.Requests[0].ClosedByClient && f.OpenConnections == 0, Patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, fake.Requests[0].Status);
    }

    [Fact]
    public async Task Endless_reply_ends_at_its_limit_and_with_the_fake()
    {
        var fake = FakeProvider.Start(new() { Scenario = "accept-no-reply", LongestReply = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(RawEnd.Eof, (await RawClient.SendAsync(fake, DialectRequest.Chat("openai"))).End);
        Assert.False(fake.Requests[0].ClosedByClient);
        await fake.DisposeAsync();

        fake = FakeProvider.Start(new() { Scenario = "accept-no-reply" });
        var pending = RawClient.SendAsync(fake, DialectRequest.Chat("openai"));
        await fake.WaitUntilAsync(f => f.Requests.Count == 1, Patience, TestContext.Current.CancellationToken);
        await fake.DisposeAsync();
        Assert.True((await pending).End is RawEnd.Eof or RawEnd.Reset);
    }

    [Fact]
    public async Task Refusing_port_comes_back()
    {
        await using var fake = FakeProvider.Start();
        Assert.Equal(200, (await RawClient.SendAsync(fake, DialectRequest.Chat("openai"))).Status);
        for (var round = 0; round < 2; round++)
        {
            fake.Scenario = "refuse";
            var refused = await Assert.ThrowsAsync<SocketException>(() => RawClient.SendAsync(fake, DialectRequest.Chat("openai")));
            Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
            fake.Scenario = "ok-stream";
            Assert.Equal(200, (await RawClient.SendAsync(fake, DialectRequest.Chat("openai"))).Status);
        }
    }

    [Fact]
    public async Task Sequence_is_met_in_order_and_then_all_is_as_before()
    {
        await using var fake = FakeProvider.Start();
        fake.SetSequence("500", "429-ms?ms=5", "204");
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            await RawClient.SendAsync(fake, DialectRequest.Get("/v1/models"));
            statuses.Add((await RawClient.SendAsync(fake, DialectRequest.Chat("openai"))).Status);
        }

        Assert.Equal([500, 429, 204, 200], statuses);
    }

    [Theory]
    [InlineData("ok-stream?headers-ms=40")]
    [InlineData("ok-stream?first-token-ms=40")]
    [InlineData("ok-stream?token-ms=8")]
    public async Task Pauses_are_parameters_of_every_scenario(string scenario)
    {
        await using var fake = FakeProvider.Start(new() { Scenario = scenario });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Chat("openai"));
        await fake.WaitUntilAsync(f => f.Requests[0].EndedAt is not null, Patience, TestContext.Current.CancellationToken);

        Assert.Equal(RawEnd.Complete, reply.End);
        Assert.True(fake.Requests[0].EndedAt - fake.Requests[0].ReceivedAt >= TimeSpan.FromMilliseconds(35));
    }

    [Fact]
    public async Task Kinds_have_scenarios_of_their_own()
    {
        await using var fake = FakeProvider.Start();
        fake.SetScenario(RequestKind.Embeddings, "500");
        fake.SetScenario(RequestKind.Models, "401");

        Assert.Equal(200, (await RawClient.SendAsync(fake, DialectRequest.Chat("openai"))).Status);
        Assert.Equal(500, (await RawClient.SendAsync(fake, DialectRequest.Embeddings("openai", "a"))).Status);
        Assert.Equal(401, (await RawClient.SendAsync(fake, DialectRequest.Get("/v1/models"))).Status);
    }

    [Theory]
    [InlineData("openai", "no-such-thing", "There is no scenario named 'no-such-thing'.")]
    [InlineData("openai", "500?x=1", "has no parameter 'x'")]
    [InlineData("openai", "empty-chunk-eof", "makes no sense in the dialect 'openai'")]
    [InlineData("tei", "ok-bom", "makes no sense in the dialect 'tei'")]
    [InlineData("other", "ok-stream", "There is no dialect named 'other'.")]
    public void Mistakes_are_told_at_once(string dialect, string scenario, string message)
    {
        var exception = Assert.Throws<ArgumentException>(() => FakeProvider.Start(new() { Dialect = dialect, Scenario = scenario }));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_is_kept_for_the_next_request()
    {
        await using var fake = FakeProvider.Start();
        using var client = new HttpClient { BaseAddress = fake.Address };
        for (var i = 0; i < 3; i++)
        {
            using var reply = await client.GetAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        }

        Assert.Equal(1, fake.AcceptedConnections);
    }

    [Fact]
    public async Task Control_port_tells_and_changes_what_happens()
    {
        await using var fake = FakeProvider.Start();
        using var client = new HttpClient();
        using var change = new StringContent("""{"dialect":"vllm","scenario":"error-mid?n=1","seed":7,"kinds":{"embeddings":"500"},"sequence":["409"]}""");
        using var changed = await client.PostAsync(fake.ControlAddress, change, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(("vllm", "error-mid?n=1", 7), (fake.Dialect, fake.Scenario, fake.Options.Seed));
        Assert.Equal(409, (await RawClient.SendAsync(fake, DialectRequest.Chat("vllm"))).Status);
        Assert.Equal(500, (await RawClient.SendAsync(fake, DialectRequest.Embeddings("vllm", "a"))).Status);

        var requests = JsonNode.Parse(await client.GetStringAsync(fake.ControlAddress + "/requests", TestContext.Current.CancellationToken))!.AsArray();
        var scenarios = JsonNode.Parse(await client.GetStringAsync(fake.ControlAddress + "/scenarios", TestContext.Current.CancellationToken))!["scenarios"]!.AsArray();
        Assert.Equal(2, requests.Count);
        Assert.Contains("dogs bark", (string?)requests[0]!["bodyText"], StringComparison.Ordinal);
        Assert.True(scenarios.Count >= 90, $"Only {scenarios.Count} scenarios are listed.");

        using var bad = new StringContent("""{"scenario":"nonsense"}""");
        using var refused = await client.PostAsync(fake.ControlAddress, bad, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task Same_seed_gives_the_same_bytes()
    {
        async Task<string> TextAsync(int seed)
        {
            await using var fake = FakeProvider.Start(new() { Seed = seed, Time = new FixedTime() });
            return (await RawClient.SendAsync(fake, DialectRequest.Chat("openai"))).Text;
        }

        Assert.Equal(await TextAsync(3), await TextAsync(3));
        Assert.NotEqual(await TextAsync(3), await TextAsync(4));
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
