using Synapse.Chat;
using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Policy;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Policy;

public sealed class FallbackTests
{
    [Theory]
    [InlineData("500")]
    [InlineData("429-huge")]
    [InlineData("429-quota")]
    [InlineData("401")]
    [InlineData("404-model")]
    [InlineData("200-html")]
    [InlineData("cut-close-clean?n=0")]
    [InlineData("refuse")]
    public async Task The_next_provider_takes_over_when_the_first_fails_before_any_text(string scenario)
    {
        await using var first = ProviderBench.Start("openai", scenario);
        await using var second = ProviderBench.Start("vllm");

        var outcome = await first.AskAsync(first.Models(first.Settings("first"), second.Settings("second")));

        Assert.Null(outcome.Error);
        Assert.Equal("second", outcome.Events.OfType<ChatStarted>().Last().Model.Provider);
        Assert.NotEmpty(outcome.Text);
        Assert.Equal(1, second.Sent);
    }

    [Fact]
    public async Task A_sign_in_that_fails_is_logged_with_its_reason_and_no_secret_although_the_next_provider_takes_over()
    {
        await using var first = ProviderBench.Start("azure-v1");
        await using var second = ProviderBench.Start("vllm");
        var connections = new[] { first.Connect(first.Settings("first"), new RefusedTokens()), first.Connect(second.Settings("second")) };

        var outcome = await first.AskAsync(new ChatModels(connections, first.Egress, new(() => 1), first.Time, first.Log));

        Assert.Null(outcome.Error);
        var line = Assert.Single(first.Log.Lines);
        Assert.StartsWith("Warning: Model chat-model of provider first could not be asked: provider_auth_failed (The sign-in failed. AADSTS7000215 ***)", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_takes_over_after_the_first_visible_token()
    {
        await using var first = ProviderBench.Start("openai", "error-mid");
        await using var second = ProviderBench.Start("openai");

        var outcome = await first.AskAsync(first.Models(first.Settings("first"), second.Settings("second")));

        Assert.Equal(ProviderFailure.Interrupted, outcome.Failure);
        Assert.NotEmpty(outcome.Text);
        Assert.Equal(0, second.Sent);
    }

    [Fact]
    public async Task The_first_providers_error_is_told_when_all_fail()
    {
        await using var first = ProviderBench.Start("openai", "429-quota");
        await using var second = ProviderBench.Start("openai", "401");

        var outcome = await first.AskAsync(first.Models(first.Settings("first"), second.Settings("second")));

        Assert.Equal(ProviderFailure.QuotaExhausted, outcome.Failure);
        Assert.Equal("first", ((ProviderException)outcome.Error!).Provider);
        Assert.Equal(1, second.Sent);
    }

    [Fact]
    public async Task What_a_content_filter_refuses_is_not_handed_to_another_provider()
    {
        await using var first = ProviderBench.Start("azure-v1", "400-filter");
        await using var second = ProviderBench.Start("openai");

        var outcome = await first.AskAsync(first.Models(first.Settings("first"), second.Settings("second")));

        Assert.Equal(ProviderFailure.Filtered, outcome.Failure);
        Assert.Equal(0, second.Sent);
    }

    [Fact]
    public async Task Only_local_providers_see_a_local_only_question()
    {
        await using var cloud = ProviderBench.Start("openai");
        await using var local = ProviderBench.Start("vllm");
        var cloudSettings = cloud.Settings("cloud") with { Reach = AddressReach.Public };

        var outcome = await cloud.AskAsync(cloud.Models(cloudSettings, local.Settings("local")), ProviderBench.Request(localOnly: true));
        var refused = await cloud.AskAsync(cloud.Models(cloudSettings), ProviderBench.Request(localOnly: true));

        Assert.Null(outcome.Error);
        Assert.IsType<LocalOnlyException>(refused.Error);
        Assert.Empty(cloud.Server.Requests);
    }

    [Fact]
    public async Task Small_work_goes_to_the_fast_model_and_to_the_chat_model_where_none_is_named()
    {
        await using var chat = ProviderBench.Start("openai");
        await using var fast = ProviderBench.Start("openai");
        var request = ProviderBench.Request(role: ModelRole.Fast);

        var named = await chat.AskAsync(chat.Models(chat.Settings("chat"), fast.Settings("fast") with { FastModel = "fast-model" }), request);
        var unnamed = await chat.AskAsync(chat.Models(chat.Settings("chat")), request);

        Assert.Equal("fast-model", Assert.Single(named.Events.OfType<ChatStarted>()).Model.Model);
        Assert.Equal("chat-model", Assert.Single(unnamed.Events.OfType<ChatStarted>()).Model.Model);
    }

    [Fact]
    public async Task A_prompt_that_was_too_long_goes_only_to_a_model_that_reads_more()
    {
        await using var first = ProviderBench.Start("openai", "400-context");
        await using var smaller = ProviderBench.Start("openai");
        await using var larger = ProviderBench.Start("openai");
        var models = first.Models(
            first.Settings("first") with { ContextTokens = 16_000 },
            smaller.Settings("smaller") with { ContextTokens = 8_000 },
            larger.Settings("larger") with { ContextTokens = 64_000 });

        var outcome = await first.AskAsync(models);

        Assert.Null(outcome.Error);
        Assert.Equal((2, 0, 1), (first.Sent, smaller.Sent, larger.Sent));
    }

    [Fact]
    public async Task No_configured_model_is_a_named_error_with_a_cure()
    {
        await using var bench = ProviderBench.Start("openai");
        var models = bench.Models(bench.Settings() with { ChatModel = null });

        var outcome = await bench.AskAsync(models);

        Assert.False(models.IsConfigured(ModelRole.Chat, localOnly: false));
        Assert.Equal(ProviderFailure.BadConfig, outcome.Failure);
        Assert.Contains("OPENAI_API_KEY", outcome.Error!.Message);
    }

    [Theory]
    [InlineData(ModelRole.Chat, false, true)]
    [InlineData(ModelRole.Chat, true, false)]
    [InlineData(ModelRole.Fast, false, true)]
    public async Task Models_are_configured_for_a_role_when_a_provider_that_may_be_asked_has_it(ModelRole role, bool localOnly, bool expected)
    {
        await using var bench = ProviderBench.Start("openai");
        var models = bench.Models(bench.Settings() with { Reach = AddressReach.Public, Kind = ProviderKind.OpenAI });

        Assert.Equal(expected, models.IsConfigured(role, localOnly));
    }

    [Fact]
    public async Task A_request_counts_as_sent_once_per_retry()
    {
        await using var bench = ProviderBench.Start("openai", "429-then-ok-n?n=2");
        var outcome = await bench.AskAsync(bench.Models(bench.Settings()));

        var status = Assert.Single(bench.Statuses().List());
        Assert.Null(outcome.Error);
        Assert.Equal(3, status.Requests);
        Assert.Equal(2, status.Failures["provider_throttled"]);
        Assert.Equal(RequestKind.Chat, bench.Server.Requests[0].Kind);
    }
}
