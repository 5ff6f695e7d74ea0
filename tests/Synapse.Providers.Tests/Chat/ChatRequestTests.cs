using System.Text.Json;
using Microsoft.Extensions.AI;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Privacy;
using Synapse.Providers.Entra;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Chat;

public sealed class ChatRequestTests
{
    [Fact]
    public async Task OpenAI_gets_key_organisation_project_request_id_and_its_own_options()
    {
        await using var bench = ProviderBench.Start("openai");
        var (request, body) = await SentAsync(bench, bench.Models(bench.Settings() with { Organization = "org-1", Project = "proj-1" }));

        Assert.Equal("/v1/chat/completions", request.Path);
        Assert.Equal($"Bearer {ProviderBench.Key}", request.Header("Authorization"));
        Assert.Equal(("org-1", "proj-1"), (request.Header("OpenAI-Organization"), request.Header("OpenAI-Project")));
        Assert.True(Guid.TryParse(request.Header("X-Client-Request-Id"), out _));
        Assert.False(body.GetProperty("stream_options").GetProperty("include_obfuscation").GetBoolean());
        Assert.True(body.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
        Assert.Equal(200, body.GetProperty("max_completion_tokens").GetInt32());
        Assert.Equal(0, body.GetProperty("temperature").GetDouble());
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("llamacpp")]
    [InlineData("lmstudio")]
    [InlineData("azure-v1")]
    public async Task Other_servers_get_the_old_limit_and_nothing_that_only_OpenAI_knows(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect);
        var (_, body) = await SentAsync(bench, bench.Models(bench.Settings()));

        Assert.Equal(200, body.GetProperty("max_tokens").GetInt32());
        Assert.False(body.TryGetProperty("max_completion_tokens", out _));
        Assert.False(body.GetProperty("stream_options").TryGetProperty("include_obfuscation", out _));
    }

    [Fact]
    public async Task Azures_dated_surface_gets_the_deployment_in_the_path_the_version_and_its_own_key_header()
    {
        await using var bench = ProviderBench.Start("azure-legacy");
        var (request, _) = await SentAsync(bench, bench.Models(bench.Settings() with { ChatModel = "my chat" }));

        Assert.Equal("/openai/deployments/my chat/chat/completions", request.Path);
        Assert.Equal("2024-10-21", request.Query("api-version"));
        Assert.Equal(ProviderBench.Key, request.Header("api-key"));
        Assert.Null(request.Header("Authorization"));
    }

    [Fact]
    public async Task Azures_v1_surface_gets_the_deployment_in_the_body_and_no_version()
    {
        await using var bench = ProviderBench.Start("azure-v1");
        var (request, body) = await SentAsync(bench, bench.Models(bench.Settings()));

        Assert.Equal("/openai/v1/chat/completions", request.Path);
        Assert.Equal("chat-model", body.GetProperty("model").GetString());
        Assert.Equal(("", ProviderBench.Key), (request.QueryString, request.Header("api-key")));
    }

    [Fact]
    public async Task A_server_without_a_key_gets_no_credential_at_all()
    {
        await using var bench = ProviderBench.Start("vllm", change: options => options.Key = null);
        var (request, _) = await SentAsync(bench, bench.Models(bench.Settings()));

        Assert.Null(request.Header("Authorization"));
        Assert.Null(request.Header("api-key"));
    }

    [Fact]
    public async Task Ollama_is_told_its_window_and_not_to_cut_the_prompt()
    {
        await using var bench = ProviderBench.Start("ollama");
        var (request, body) = await SentAsync(bench, bench.Models(bench.Settings() with { ContextTokens = 6_000 }));

        Assert.Equal("/api/chat", request.Path);
        Assert.Equal(6_000, body.GetProperty("options").GetProperty("num_ctx").GetInt32());
        Assert.Equal(200, body.GetProperty("options").GetProperty("num_predict").GetInt32());
        Assert.False(body.GetProperty("truncate").GetBoolean());
    }

    [Fact]
    public async Task Anthropic_gets_the_system_message_apart_and_its_key()
    {
        await using var bench = ProviderBench.Start("anthropic");
        var (request, body) = await SentAsync(bench, bench.Models(bench.Settings()));

        Assert.Equal("/v1/messages", request.Path);
        Assert.Equal("Answer.", body.GetProperty("system").GetString());
        Assert.Equal("user", Assert.Single(body.GetProperty("messages").EnumerateArray()).GetProperty("role").GetString());
        Assert.Equal(200, body.GetProperty("max_tokens").GetInt32());
    }

    [Theory]
    [InlineData("keys", "The passages may say.")]
    [InlineData("think", "So the answer is near.")]
    public async Task Thoughts_are_told_apart_from_the_text(string form, string thoughts)
    {
        foreach (var dialect in new[] { "openai", "vllm", "llamacpp", "ollama" })
        {
            await using var bench = ProviderBench.Start(dialect, $"ok-reasoning?form={form}");
            var outcome = await bench.AskAsync(bench.Models(bench.Settings() with { ContextTokens = 8_000 }));

            Assert.Contains(thoughts, outcome.Thoughts);
            Assert.DoesNotContain("near", outcome.Text);
            Assert.DoesNotContain("think>", outcome.Text);
            Assert.StartsWith(outcome.Text[..1], outcome.Text.TrimStart());
        }
    }

    [Theory]
    [InlineData("azure-legacy")]
    [InlineData("azure-v1")]
    public async Task A_refused_token_of_Entra_ID_is_replaced_once(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect, "401-expired-then-ok", options => options.Key = null);
        var tokens = new CountingTokens();
        var connection = bench.Connect(bench.Settings() with { ApiKey = null }, tokens);
        var outcome = await bench.AskAsync(new Synapse.Providers.Policy.ChatModels([connection], bench.Egress, new(() => 0), bench.Time, bench.Log));

        Assert.Null(outcome.Error);
        Assert.Equal(["Bearer token-1", "Bearer token-2"], bench.Server.Requests.Select(request => request.Header("Authorization")));
        Assert.Equal(["token-1"], tokens.Invalidated);
    }

    [Fact]
    public async Task A_token_that_is_refused_twice_is_a_wrong_credential()
    {
        await using var bench = ProviderBench.Start("azure-v1", "401-expired-then-ok?n=9", options => options.Key = null);
        var connection = bench.Connect(bench.Settings() with { ApiKey = null }, new CountingTokens());
        var outcome = await bench.AskAsync(new Synapse.Providers.Policy.ChatModels([connection], bench.Egress, new(() => 0), bench.Time, bench.Log));

        Assert.Equal(ProviderFailure.Auth, outcome.Failure);
        Assert.Equal(2, bench.Sent);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_model_that_a_local_server_only_passes_on_is_refused_where_text_must_stay(bool localOnly, bool offline)
    {
        await using var bench = ProviderBench.Start("ollama");
        bench.Egress.IsOffline = offline;
        var models = bench.Models(bench.Settings() with { ChatModel = "big:cloud" });

        var outcome = await bench.AskAsync(models, ProviderBench.Request(localOnly: localOnly));

        Assert.Equal(ProviderFailure.BadConfig, outcome.Failure);
        Assert.Contains("another host", ((ProviderException)outcome.Error!).Detail);
        Assert.Equal(0, bench.Sent);
    }

    [Fact]
    public async Task A_model_that_is_passed_on_is_not_described_as_local()
    {
        await using var bench = ProviderBench.Start("ollama");
        var outcome = await bench.AskAsync(bench.Models(bench.Settings() with { ChatModel = "big:cloud" }));

        Assert.False(Assert.Single(outcome.Events.OfType<ChatStarted>()).Model.IsLocal);
    }

    [Fact]
    public async Task The_ledger_sees_the_callers_purpose_for_the_prompt_and_discovery_for_everything_else()
    {
        await using var bench = ProviderBench.Start("llamacpp");
        using (EgressActivity.Begin(EgressPurpose.Chat, [new(1, 2, "a.md")]))
        {
            await bench.AskAsync(bench.Models(bench.Settings()));
        }

        Assert.Contains(EgressPurpose.Discovery, bench.Egress.Purposes);
        Assert.Single(bench.Egress.Purposes, EgressPurpose.Chat);
        Assert.DoesNotContain(null, bench.Egress.Purposes);
    }

    [Fact]
    public async Task The_prompt_may_not_ask_for_more_than_the_model_may_write()
    {
        await using var bench = ProviderBench.Start("vllm");
        var request = new ChatRequest(ModelRole.Chat, false, _ => new([new(ChatRole.User, "Question: do cats sleep?")], 100_000));
        await bench.AskAsync(bench.Models(bench.Settings() with { ContextTokens = 4_000, MaxOutputTokens = 500 }), request);

        Assert.Equal(500, Body(bench).GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task A_model_that_thinks_is_asked_for_little_of_it_and_gets_room_for_it()
    {
        await using var bench = ProviderBench.Start("openai");
        var (_, body) = await SentAsync(bench, bench.Models(bench.Settings() with { ChatModel = "gpt-6-luna" }));

        Assert.Equal("low", body.GetProperty("reasoning_effort").GetString());
        Assert.Equal(200 + 4_096, body.GetProperty("max_completion_tokens").GetInt32());
    }

    [Fact]
    public async Task A_server_that_counts_far_fewer_tokens_than_were_sent_is_reported()
    {
        await using var bench = ProviderBench.Start("vllm");
        // The fake counts a token per four characters, like real ones; a text of short words and marks counts many times that here.
        var request = ProviderBench.Request(string.Concat(Enumerable.Repeat("1,2;3.", 1_000)) + " Question: do cats sleep?");
        var outcome = await bench.AskAsync(bench.Models(bench.Settings()), request);

        Assert.Null(outcome.Error);
        Assert.Contains("cut prompts without saying so", Assert.Single(bench.Log.Lines));
    }

    private static async Task<(RecordedRequest Request, JsonElement Body)> SentAsync(ProviderBench bench, IChatModels models)
    {
        var outcome = await bench.AskAsync(models);
        Assert.Null(outcome.Error);
        return (bench.Server.Requests.Single(request => request.Kind == RequestKind.Chat), Body(bench));
    }

    private static JsonElement Body(ProviderBench bench) => JsonDocument.Parse(bench.Server.Requests.Single(request => request.Kind == RequestKind.Chat).Body).RootElement;

    private sealed class CountingTokens : IAccessTokens
    {
        private int _number;

        public List<string> Invalidated { get; } = [];

        public ValueTask<string> GetTokenAsync(CancellationToken cancellationToken) => ValueTask.FromResult($"token-{_number + 1}");

        public void Invalidate(string token)
        {
            Invalidated.Add(token);
            _number++;
        }
    }
}
