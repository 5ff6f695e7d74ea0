using Microsoft.Extensions.Time.Testing;
using Synapse.Fakes;
using Synapse.Providers.Configuration;
using Synapse.Providers.Embedding;
using Synapse.Providers.Policy;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Policy;

/// <summary>Bulk loads before servers that keep limits per minute, by one clock that passes every wait at once.</summary>
public sealed class PaceTests
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("openai", 60_000, null, false)]
    [InlineData("azure-v1", 60_000, null, false)]
    [InlineData("openai", null, 120, false)]
    [InlineData("openai", 60_000, null, true)]
    public async Task A_bulk_load_runs_at_the_limit_that_the_server_tells_without_being_refused(string dialect, int? tokensPerMinute, int? requestsPerMinute, bool countsWholeMinutes)
    {
        await using var bench = Start(dialect, tokensPerMinute, requestsPerMinute, countsWholeMinutes);
        // One at a time before whole minutes: a reply that comes while the load waits would make this clock pass another minute.
        using var embedder = bench.Embedder(SettingsOf(bench) with { EmbeddingBatchSize = 10, MaxConcurrency = countsWholeMinutes ? 2 : 8 });
        await embedder.GetSpaceAsync(Cancel);
        var started = bench.Time.GetUtcNow();
        // 4,000 texts of 400 characters, in the fake's tokens 400,000, in 400 requests.
        await LoadAsync(embedder, texts: 4_000);
        var minutes = (bench.Time.GetUtcNow() - started).TotalMinutes;

        Assert.Equal(0, bench.Server.Requests.Count(request => request.Status == 429));
        // What is there at the beginning comes on top of what flows in; a tenth is left for questions, once, or in each whole minute.
        var (load, limit) = tokensPerMinute is { } tokens ? (400_000.0, tokens) : (400.0, requestsPerMinute!.Value);
        var least = (load - limit) / limit;
        Assert.InRange(minutes, least * 0.98, countsWholeMinutes ? load / (0.9 * limit) + 0.5 : (least + 0.1) * 1.04);
    }

    [Fact]
    public async Task Without_headers_the_operators_limit_is_kept_in_every_minute()
    {
        await using var bench = ProviderBench.Start("vllm", onOneClock: true);
        using var embedder = bench.Embedder(SettingsOf(bench) with { EmbeddingBatchSize = 10, TokensPerMinute = 60_000, RequestsPerMinute = 100 });
        await embedder.GetSpaceAsync(Cancel);
        bench.Time.PassesUpTo = s_longestWait;
        var started = bench.Time.GetUtcNow();
        await LoadAsync(embedder, texts: 3_000);
        var minutes = (bench.Time.GetUtcNow() - started).TotalMinutes;

        // 300 requests of 1,000 of the fake's tokens: at most 60 in a minute.
        Assert.InRange(minutes, 300 / 60.0 * 0.97, 300 / 60.0 * 1.05);
        var times = bench.Server.Requests.Where(request => request.Kind == RequestKind.Embeddings).Select(request => request.ReceivedAt).ToList();
        // The four that may be in flight at once arrive when the clock has gone on for another.
        Assert.All(times, first => Assert.InRange(times.Count(at => at >= first && at < first.AddMinutes(1)), 1, 60 + 4));
    }

    [Fact]
    public async Task Questions_go_at_once_while_a_bulk_load_waits_for_its_pace_and_the_load_makes_up_for_them()
    {
        await using var bench = ProviderBench.Start("openai", change: options => options.TokensPerMinute = 60_000, onOneClock: true);
        var settings = SettingsOf(bench) with { EmbeddingBatchSize = 10 };
        using var embedder = bench.Embedder(settings);
        await embedder.GetSpaceAsync(Cancel);
        var load = LoadAsync(embedder, texts: 1_000);
        // The clock stands still: nine tenths of the limit are sent, 54 requests of 1,000 tokens, then it waits.
        await bench.Server.WaitUntilAsync(server => server.Requests.Count(request => request.EndedAt is not null) >= 50, TimeSpan.FromSeconds(20), Cancel);
        for (var i = 0; i < 5; i++)
        {
            Assert.NotEmpty(await embedder.EmbedQueryAsync($"question {i}", Cancel));
        }

        Assert.False(load.IsCompleted);
        bench.Time.PassesUpTo = s_longestWait;
        while (!load.IsCompleted)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(load, Task.Delay(1, Cancel));
        }

        await load;
        Assert.Equal(0, bench.Server.Requests.Count(request => request.Status == 429));
    }

    [Fact]
    public async Task A_refusal_stops_the_whole_load_for_as_long_as_it_asks()
    {
        var time = new FakeTimeProvider();
        using var pace = new RequestPace(Settings(), time);
        using (var refused = await pace.WaitAsync("m", 10, Cancel))
        {
            refused.Refused(TimeSpan.FromSeconds(20));
        }

        var next = pace.WaitAsync("m", 10, Cancel).AsTask();
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(next.IsCompleted);
        using (pace.Count("m", 10))
        {
            // A question is not held back, nor is another model.
            using var other = await pace.WaitAsync("other", 10, Cancel);
        }

        time.Advance(TimeSpan.FromSeconds(2));
        (await next).Dispose();
    }

    [Fact]
    public async Task What_a_server_will_not_have_for_minutes_is_asked_for_so_that_it_says_why()
    {
        using var pace = new RequestPace(Settings(), new FakeTimeProvider());
        using var first = await pace.WaitAsync("m", 10, Cancel);
        using var reply = Reply(("limit-requests", "14400"), ("remaining-requests", "0"), ("reset-requests", "6h0m0s"));
        first.Learn(reply.Headers);
        using var second = await pace.WaitAsync("m", 10, Cancel);
        Assert.True(second.Number > first.Number);
    }

    [Fact]
    public async Task A_reply_to_an_older_request_does_not_take_back_what_a_newer_one_told()
    {
        var time = new FakeTimeProvider();
        using var pace = new RequestPace(Settings(), time);
        using var first = await pace.WaitAsync("m", 1_000, Cancel);
        using var second = await pace.WaitAsync("m", 1_000, Cancel);
        using var newer = Reply(("limit-tokens", "6000"), ("remaining-tokens", "600"), ("reset-tokens", "54s"));
        using var older = Reply(("limit-tokens", "6000"), ("remaining-tokens", "5000"), ("reset-tokens", "10s"));
        second.Learn(newer.Headers);
        first.Learn(older.Headers);
        var third = pace.WaitAsync("m", 1_000, Cancel).AsTask();
        Assert.False(third.IsCompleted);
        // 100 per second: 1,000 are there 10 s later, and the first request was still under way when the second's reply came.
        time.Advance(TimeSpan.FromSeconds(21));
        (await third).Dispose();
    }

    private static ProviderBench Start(string dialect, int? tokens, int? requests, bool countsWholeMinutes)
    {
        var bench = ProviderBench.Start(
            dialect,
            change: options =>
            {
                options.TokensPerMinute = tokens;
                options.RequestsPerMinute = requests;
                options.CountsWholeMinutes = countsWholeMinutes;
            },
            onOneClock: true);
        bench.Time.PassesUpTo = s_longestWait;
        return bench;
    }

    // Its time limits are longer than any wait, so that the clock can tell them apart.
    private static ProviderSettings SettingsOf(ProviderBench bench)
    {
        var never = TimeSpan.FromHours(10);
        return bench.Settings() with { QueueTimeout = never, Timeouts = new() { FirstByte = never, Load = never, Total = never } };
    }

    private static async Task LoadAsync(ProviderEmbedder embedder, int texts)
    {
        var space = await embedder.GetSpaceAsync(Cancel);
        var all = Enumerable.Range(0, texts).Select(i => string.Concat(Enumerable.Repeat($"word{i:0000} of a text ", 22))[..400].AsMemory()).ToArray();
        await embedder.EmbedPassagesAsync(all, new float[texts * space.Dimensions], Cancel);
    }

    private static HttpResponseMessage Reply(params (string Name, string Value)[] headers)
    {
        var reply = new HttpResponseMessage();
        foreach (var (name, value) in headers)
        {
            reply.Headers.TryAddWithoutValidation($"x-ratelimit-{name}", value);
        }

        return reply;
    }

    private static ProviderSettings Settings() => new()
    {
        Name = "p",
        Kind = ProviderKind.OpenAI,
        Endpoint = new("http://127.0.0.1:1"),
        Reach = Privacy.AddressReach.Loopback,
    };
}
