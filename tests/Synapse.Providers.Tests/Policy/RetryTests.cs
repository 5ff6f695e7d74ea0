using System.Text.Json;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Providers.Policy;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Providers.Wire;
using Synapse.Telemetry;

namespace Synapse.Providers.Tests.Policy;

public sealed class RetryTests
{
    [Theory]
    [InlineData("429-ms?ms=2500", 2_500)]
    [InlineData("429-seconds?ms=3000", 3_000)]
    [InlineData("429-fraction?ms=1500", 1_500)]
    [InlineData("429-date?ms=5000", 4_000)]
    [InlineData("429-negative", 0)]
    [InlineData("429-none", 375)]
    public async Task Requests_are_at_least_as_far_apart_as_the_server_asked(string scenario, int leastMs)
    {
        await using var bench = ProviderBench.Start("openai", scenario, onOneClock: true);

        await bench.AskAsync(bench.Models(bench.Settings()));

        var times = bench.Server.Requests.Where(request => request.Kind == RequestKind.Chat).Select(request => request.ReceivedAt).ToArray();
        Assert.Equal(4, times.Length);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromMilliseconds(leastMs), $"Only {pair.Second - pair.First} lay between two requests."));
        Assert.Equal(3, bench.Waits.Count);
        Assert.All(bench.Waits, wait => Assert.Equal("busy", wait.Reason));
    }

    [Fact]
    public async Task A_server_that_loads_its_model_is_polled_and_then_asked()
    {
        await using var bench = ProviderBench.Start("llamacpp", "503-loading-n-then-ok?n=5");
        bench.Time.PassesPolls = true;

        var outcome = await bench.AskAsync(bench.Models(bench.Settings()));

        Assert.Null(outcome.Error);
        Assert.Equal(ChatFinish.Complete, outcome.Finished!.Finish);
        Assert.Contains(bench.Waits, wait => wait.Reason == "loading its model");
        Assert.Contains(bench.Server.Requests, request => request.Path == "/health");
        Assert.Equal(ProviderState.Ready, bench.Statuses().List()[0].State);
    }

    [Fact]
    public async Task A_server_that_never_gets_its_model_loaded_is_given_up_after_the_load_budget()
    {
        await using var bench = ProviderBench.Start("llamacpp", "503-loading-n-then-ok?n=1000000");
        bench.Time.PassesPolls = true;
        var settings = bench.Settings();

        var outcome = await bench.AskAsync(bench.Models(settings with { Timeouts = settings.Timeouts with { Load = TimeSpan.FromSeconds(20) } }));

        Assert.Equal(ProviderFailure.Unavailable, outcome.Failure);
        Assert.Contains("loading", outcome.Error!.Message);
        Assert.Equal(ProviderState.Loading, bench.Statuses().List()[0].State);
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_is_made_once_more_for_the_window_that_the_server_names()
    {
        await using var bench = ProviderBench.Start("llamacpp");
        bench.Server.SetSequence("400-context", "ok-stream");
        var windows = new List<int>();
        var request = new ChatRequest(ModelRole.Chat, false, model =>
        {
            windows.Add(model.ContextTokens);
            return new([new(Microsoft.Extensions.AI.ChatRole.User, "Question: do cats sleep?")], 100);
        });

        var outcome = await bench.AskAsync(bench.Models(bench.Settings() with { ContextTokens = 20_000 }), request);

        Assert.Null(outcome.Error);
        Assert.Equal([20_000, 16_384], windows);
    }

    [Fact]
    public async Task A_server_that_counted_more_than_we_did_gets_a_prompt_made_by_its_count()
    {
        await using var bench = ProviderBench.Start("llamacpp");
        bench.Server.SetSequence("400-context", "ok-stream");
        var text = string.Join(' ', Enumerable.Repeat("cats sleep", 3_000));
        List<(int Window, int Tokens)> asked = [];
        var request = new ChatRequest(ModelRole.Chat, false, model =>
        {
            asked.Add((model.ContextTokens, model.Tokens.Count(text)));
            return new([new(Microsoft.Extensions.AI.ChatRole.User, text)], 100);
        });

        var outcome = await bench.AskAsync(bench.Models(bench.Settings() with { ContextTokens = 16_384 }), request);

        // 3,000 times two words of two tokens each by our count, and 20,056 by the server's, whose window is as large as we thought.
        Assert.Null(outcome.Error);
        Assert.Equal([(16_384, 12_000), (16_384, 20_056)], asked);
        Assert.Equal(2, outcome.Events.Count(item => item is ChatStarted));
    }

    [Theory]
    [InlineData("openai", "max_completion_tokens", "max_tokens")]
    [InlineData("azure-v1", "max_tokens", "max_completion_tokens")]
    public async Task A_model_that_refuses_a_parameter_is_asked_without_it_and_never_again_with_it(string dialect, string refused, string instead)
    {
        await using var bench = ProviderBench.Start(dialect);
        bench.Server.SetSequence($"400-unsupported-param?param={refused}", "ok-stream", "ok-stream");
        var models = bench.Models(bench.Settings());

        var first = await bench.AskAsync(models);
        var second = await bench.AskAsync(models);

        Assert.Null(first.Error ?? second.Error);
        var bodies = bench.Server.Requests.Where(request => request.Kind == RequestKind.Chat).Select(request => JsonDocument.Parse(request.Body).RootElement).ToArray();
        Assert.Equal([true, false, false], bodies.Select(body => body.TryGetProperty(refused, out _)));
        Assert.Equal([false, true, true], bodies.Select(body => body.TryGetProperty(instead, out _)));
    }

    [Fact]
    public void The_budget_allows_ten_retries_at_once_and_then_one_per_ten_requests()
    {
        var budget = new RetryBudget();
        for (var retry = 0; retry < 10; retry++)
        {
            Assert.True(budget.TryWithdraw());
        }

        Assert.False(budget.TryWithdraw());
        for (var request = 0; request < 11; request++)
        {
            budget.Deposit();
        }

        Assert.True(budget.TryWithdraw());
        Assert.False(budget.TryWithdraw());
    }

    [Theory]
    [InlineData(0, 375, 500)]
    [InlineData(1, 750, 1_000)]
    [InlineData(2, 1_500, 2_000)]
    public void Waits_without_advice_double_and_are_spread(int retries, int leastMs, int mostMs)
    {
        var failure = new WireFailure(ProviderFailure.Throttled, "429", "429");

        Assert.Equal(leastMs, Delay(0).TotalMilliseconds);
        Assert.Equal(mostMs, Delay(1).TotalMilliseconds);

        TimeSpan Delay(double jitter) => new RetryPolicy(() => jitter).DelayBefore(failure, retries, TimeSpan.Zero, TimeSpan.Zero)!.Value;
    }

    [Theory]
    [InlineData(ProviderFailure.Throttled, 3)]
    [InlineData(ProviderFailure.Unavailable, 2)]
    [InlineData(ProviderFailure.Interrupted, 1)]
    [InlineData(ProviderFailure.Protocol, 1)]
    [InlineData(ProviderFailure.QuotaExhausted, 0)]
    [InlineData(ProviderFailure.Auth, 0)]
    [InlineData(ProviderFailure.BadConfig, 0)]
    [InlineData(ProviderFailure.Filtered, 0)]
    public void Each_class_is_tried_again_as_often_as_the_table_says(ProviderFailure kind, int most)
    {
        var policy = new RetryPolicy(() => 0.5);
        var failure = new WireFailure(kind, "x", "x");

        Assert.Equal(most, Enumerable.Range(0, 10).TakeWhile(retries => policy.DelayBefore(failure, retries, TimeSpan.Zero, TimeSpan.Zero) is not null).Count());
        Assert.Null(policy.DelayBefore(failure with { NeverRetry = true }, 0, TimeSpan.Zero, TimeSpan.Zero));
        Assert.Null(policy.DelayBefore(failure with { RetryAfter = TimeSpan.FromSeconds(61) }, 0, TimeSpan.Zero, TimeSpan.Zero));
    }
}
