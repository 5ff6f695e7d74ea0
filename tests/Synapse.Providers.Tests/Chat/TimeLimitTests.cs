using System.Diagnostics;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Chat;

public sealed class TimeLimitTests
{
    public static TheoryData<string> Dialects => ["openai", "azure-legacy", "llamacpp", "vllm", "ollama", "lmstudio", "anthropic"];

    // Of each request: first byte 60 s (300 s where a local server may be loading), then twice more with half a second and a second between.
    [Theory]
    [InlineData("openai", "accept-no-reply", 60)]
    [InlineData("openai", "headers-stall", 60)]
    [InlineData("openai", "headers-drip", 60)]
    [InlineData("azure-v1", "accept-no-reply", 60)]
    [InlineData("vllm", "headers-stall", 60)]
    [InlineData("anthropic", "accept-no-reply", 60)]
    [InlineData("llamacpp", "accept-no-reply", 300)]
    [InlineData("ollama", "accept-no-reply", 300)]
    public async Task A_server_that_does_not_answer_is_unavailable_after_the_time_for_the_first_byte(string dialect, string scenario, int seconds)
    {
        await using var bench = ProviderBench.Start(dialect, scenario);
        var settings = bench.Settings() with { ContextTokens = 8_000 };
        var models = bench.Models(settings with { Timeouts = settings.Timeouts with { Connect = TimeSpan.FromMinutes(20) } });
        if (dialect is "ollama" or "llamacpp" or "vllm")
        {
            // What the server is was found out before it stopped answering.
            bench.Server.Scenario = "ok-stream";
            await bench.AskAsync(models);
            bench.Server.Scenario = scenario;
        }

        var begun = bench.Time.GetTimestamp();
        var outcome = await bench.PassTimeAsync(bench.AskAsync(models));

        Assert.Equal(ProviderFailure.Unavailable, outcome.Failure);
        Assert.Contains("no reply within", ((ProviderException)outcome.Error!).Detail);
        Assert.InRange(bench.Time.GetElapsedTime(begun).TotalSeconds, 3 * seconds, (3 * seconds) + 30);
        await bench.AssertInvariantsAsync(outcome, models);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_stream_that_stops_is_interrupted_after_the_idle_time_and_its_text_is_kept(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect, "body-stall-after-n?n=5");
        var models = bench.Models(bench.Settings() with { ContextTokens = 8_000 });
        var task = bench.AskAsync(models);
        await bench.ArrivedAsync();
        var begun = bench.Time.GetTimestamp();

        var outcome = await bench.PassTimeAsync(task);

        Assert.Equal(ProviderFailure.Interrupted, outcome.Failure);
        Assert.NotEmpty(outcome.Text);
        Assert.InRange(bench.Time.GetElapsedTime(begun).TotalSeconds, 58, 90);
        Assert.Equal(1, bench.Sent);
        await bench.AssertInvariantsAsync(outcome, models);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("vllm")]
    public async Task Comments_are_a_sign_of_life_but_not_for_ever(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect, "comments-forever?every-ms=1");
        var settings = bench.Settings() with { ContextTokens = 8_000 };
        var models = bench.Models(settings);
        var task = bench.AskAsync(models);
        await bench.ArrivedAsync();
        var begun = bench.Time.GetTimestamp();

        var outcome = await bench.PassTimeAsync(task);

        Assert.Equal(ProviderFailure.Unavailable, outcome.Failure);
        Assert.Empty(outcome.Text);
        // Longer than the two minutes that silence may last before the first token, by comments alone.
        Assert.True(bench.Time.GetElapsedTime(begun) > TimeSpan.FromMinutes(5), "The comments did not count as life.");
        await bench.AssertInvariantsAsync(outcome, models);
    }

    [Fact]
    public async Task One_byte_at_a_time_is_no_sign_of_life()
    {
        await using var bench = ProviderBench.Start("openai", "drip-1B/s?every-ms=50");
        var models = bench.Models(bench.Settings());
        var task = bench.AskAsync(models);
        await bench.ArrivedAsync();

        var outcome = await bench.PassTimeAsync(task);

        Assert.Equal(ProviderFailure.Unavailable, outcome.Failure);
        Assert.Empty(outcome.Text);
        await bench.AssertInvariantsAsync(outcome, models);
    }

    [Fact]
    public async Task A_reply_without_end_is_interrupted_when_the_total_time_is_over()
    {
        await using var bench = ProviderBench.Start("openai", "endless-tokens?every-ms=1");
        var models = bench.Models(bench.Settings());
        var begun = bench.Time.GetTimestamp();
        var task = bench.AskAsync(models);
        await bench.ArrivedAsync();

        var outcome = await bench.PassTimeAsync(task);

        Assert.Equal(ProviderFailure.Interrupted, outcome.Failure);
        Assert.InRange(bench.Time.GetElapsedTime(begun).TotalMinutes, 9.9, 11);
        await bench.AssertInvariantsAsync(outcome, models);
    }

    [Theory]
    [InlineData("tls-bad-cert")]
    [InlineData("tls-expired")]
    public async Task A_certificate_that_is_not_trusted_is_named_to_the_operator(string scenario)
    {
        await using var bench = ProviderBench.Start("openai", scenario, options => options.Https = true);

        var outcome = await bench.AskAsync(bench.Models(bench.Settings()));

        Assert.Equal(ProviderFailure.Unavailable, outcome.Failure);
        Assert.Contains("TLS", ((ProviderException)outcome.Error!).Detail);
        Assert.Empty(bench.Server.Requests);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_cancelled_stream_closes_its_connection_within_a_second_and_counts_as_no_failure(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect, "endless-tokens?every-ms=5");
        var models = bench.Models(bench.Settings() with { ContextTokens = 8_000 });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var watch = new Stopwatch();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in models.StreamAsync(ProviderBench.Request(), stop.Token))
            {
                if (item is ChatText)
                {
                    watch.Start();
                    await stop.CancelAsync();
                }
            }
        });
        await bench.Server.WaitUntilAsync(server => server.Requests.Any(request => request.ClosedByClient), TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        Assert.InRange(watch.ElapsedMilliseconds, 0, 1_000);
        Assert.Empty(bench.Statuses().List()[0].Failures);
        Assert.True(bench.Connections[0].Breaker("chat-model").TryEnter(out _));
        Assert.Empty(bench.Log.Lines);
    }

    [Fact]
    public async Task A_stream_that_nobody_reads_on_closes_its_connection()
    {
        await using var bench = ProviderBench.Start("openai", "endless-tokens?every-ms=5");
        await foreach (var item in bench.Models(bench.Settings()).StreamAsync(ProviderBench.Request(), TestContext.Current.CancellationToken))
        {
            if (item is ChatText)
            {
                break;
            }
        }

        await bench.Server.WaitUntilAsync(server => server.Requests.All(request => request.ClosedByClient), TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_request_that_does_not_get_its_turn_in_time_says_so_and_blames_no_provider()
    {
        await using var bench = ProviderBench.Start("openai", "accept-no-reply");
        var models = bench.Models(bench.Settings() with { MaxConcurrency = 1, QueueTimeout = TimeSpan.FromSeconds(10) });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var blocking = models.StreamAsync(ProviderBench.Request(), stop.Token).GetAsyncEnumerator(stop.Token);
        Assert.True(await blocking.MoveNextAsync());
        var blocked = blocking.MoveNextAsync().AsTask();
        await bench.ArrivedAsync();

        var outcome = await bench.PassTimeAsync(bench.AskAsync(models));

        Assert.Equal(ProviderFailure.Throttled, outcome.Failure);
        Assert.Contains("MaxConcurrency", ((ProviderException)outcome.Error!).Detail);
        Assert.Equal(1, bench.Sent);
        Assert.Null(bench.Connections[0].Breaker("chat-model").Reason);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blocked);
    }
}
