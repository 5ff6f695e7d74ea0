using Synapse.Errors;
using Synapse.Providers.Policy;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Providers.Wire;
using Synapse.Telemetry;

namespace Synapse.Providers.Tests.Policy;

public sealed class CircuitTests
{
    [Fact]
    public async Task An_account_without_quota_is_left_alone_for_a_quarter_of_an_hour()
    {
        await using var bench = ProviderBench.Start("openai", "429-quota");
        var models = bench.Models(bench.Settings());

        await bench.AskAsync(models);
        var refused = await bench.AskAsync(models);
        bench.Server.Scenario = "ok-stream";
        bench.Time.Advance(TimeSpan.FromMinutes(15));
        var again = await bench.AskAsync(models);

        Assert.Equal(ProviderFailure.QuotaExhausted, refused.Failure);
        Assert.Equal(TimeSpan.FromMinutes(15), ((ProviderException)refused.Error!).RetryAfter);
        Assert.Null(again.Error);
        Assert.Equal(2, bench.Sent);
    }

    [Theory]
    [InlineData("401")]
    [InlineData("404-model")]
    public async Task A_wrong_configuration_of_a_cloud_provider_is_not_asked_again_until_it_is_reset(string scenario)
    {
        await using var bench = ProviderBench.Start("openai", scenario);
        var models = bench.Models(bench.Settings() with { Reach = Synapse.Privacy.AddressReach.Public });

        var first = await bench.AskAsync(models);
        bench.Server.Scenario = "ok-stream";
        bench.Time.Advance(TimeSpan.FromDays(3));
        var second = await bench.AskAsync(models);
        var state = bench.Statuses().List()[0];
        new ProviderCircuits(bench.Connections).Reset("first");
        var third = await bench.AskAsync(models);

        Assert.Equal(first.Failure, second.Failure);
        Assert.Equal(ProviderState.Misconfigured, state.State);
        Assert.NotNull(state.Detail);
        Assert.Null(third.Error);
        Assert.Equal(2, bench.Sent);
    }

    [Fact]
    public async Task A_model_that_was_missing_on_a_local_server_is_found_after_it_was_pulled()
    {
        await using var bench = ProviderBench.Start("ollama", "404-model");
        var models = bench.Models(bench.Settings());

        var missing = await bench.AskAsync(models);
        bench.Server.Scenario = "ok-stream";
        bench.Time.Advance(TimeSpan.FromSeconds(31));
        var found = await bench.AskAsync(models);

        Assert.Equal(ProviderFailure.BadConfig, missing.Failure);
        Assert.Null(found.Error);
    }

    [Fact]
    public async Task A_server_that_keeps_failing_is_left_alone_and_then_tried_with_one_request()
    {
        await using var bench = ProviderBench.Start("openai", "500");
        var models = bench.Models(bench.Settings());

        // Three requests count three failures each round: the fifth opens the circuit in the second round.
        await bench.AskAsync(models);
        await bench.AskAsync(models);
        var sent = bench.Sent;
        var refused = await bench.AskAsync(models);

        Assert.Equal(sent, bench.Sent);
        Assert.Equal(ProviderFailure.Unavailable, refused.Failure);
        Assert.Equal(ProviderState.Offline, bench.Statuses().List()[0].State);

        bench.Server.Scenario = "ok-stream";
        bench.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null((await bench.AskAsync(models)).Error);
        Assert.Equal(ProviderState.Ready, bench.Statuses().List()[0].State);
    }

    [Fact]
    public async Task Awkward_documents_do_not_take_a_provider_down()
    {
        await using var bench = ProviderBench.Start("azure-v1", "400-filter");
        var models = bench.Models(bench.Settings());
        for (var round = 0; round < 10; round++)
        {
            await bench.AskAsync(models);
        }

        bench.Server.Scenario = "400-context";
        for (var round = 0; round < 10; round++)
        {
            await bench.AskAsync(models);
        }

        bench.Server.Scenario = "ok-stream";
        Assert.Null((await bench.AskAsync(models)).Error);
    }

    [Fact]
    public void Only_one_request_tries_a_circuit_that_was_open()
    {
        var time = new PollingTime();
        var breaker = new CircuitBreaker(time, isLocal: false);
        breaker.Fail(new(ProviderFailure.Throttled, "429", "429") { RetryAfter = TimeSpan.FromSeconds(10) });

        Assert.False(breaker.TryEnter(out var wait));
        Assert.Equal(TimeSpan.FromSeconds(10), wait);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(breaker.TryEnter(out _));
        Assert.False(breaker.TryEnter(out _));
        breaker.Succeed();
        Assert.True(breaker.TryEnter(out _));
    }

    [Fact]
    public void A_probe_that_was_cancelled_leaves_room_for_the_next()
    {
        var time = new PollingTime();
        var breaker = new CircuitBreaker(time, isLocal: false);
        breaker.Fail(new(ProviderFailure.QuotaExhausted, "429", "429"));
        time.Advance(TimeSpan.FromMinutes(15));

        Assert.True(breaker.TryEnter(out _));
        breaker.Leave();
        Assert.True(breaker.TryEnter(out _));
    }

    [Fact]
    public void Interrupted_replies_count_half()
    {
        var breaker = new CircuitBreaker(new PollingTime(), isLocal: false);
        var interrupted = new WireFailure(ProviderFailure.Interrupted, "cut", "cut");
        for (var failures = 0; failures < 9; failures++)
        {
            breaker.Fail(interrupted);
        }

        Assert.True(breaker.TryEnter(out _));
        breaker.Fail(interrupted);
        Assert.False(breaker.TryEnter(out _));
    }

    [Fact]
    public void A_circuit_stays_open_twice_as_long_each_time_up_to_five_minutes()
    {
        var time = new PollingTime();
        var breaker = new CircuitBreaker(time, isLocal: false);
        var unavailable = new WireFailure(ProviderFailure.Unavailable, "500", "500");
        for (var failures = 0; failures < 4; failures++)
        {
            breaker.Fail(unavailable);
        }

        foreach (var seconds in new[] { 30, 60, 120, 240, 300, 300 })
        {
            breaker.Fail(unavailable);
            Assert.False(breaker.TryEnter(out var wait));
            Assert.Equal(TimeSpan.FromSeconds(seconds), wait);
            time.Advance(wait);
            Assert.True(breaker.TryEnter(out _));
        }
    }
}
