using System.Net.Sockets;
using System.Security.Authentication;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Diagnosis;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Telemetry;

namespace Synapse.Providers.Tests.Diagnosis;

/// <summary>Each fault that a server can show is named, with the step that meets it, and never with a secret.</summary>
public sealed class ProviderDoctorTests
{
    public static TheoryData<string> Dialects => ["openai", "azure-legacy", "azure-v1", "llamacpp", "vllm", "ollama", "lmstudio"];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_provider_that_is_well_passes_every_step(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect);

        var steps = await bench.DiagnoseAsync(bench.Settings() with { ContextTokens = dialect.StartsWith("azure", StringComparison.Ordinal) ? 8_192 : null });

        Assert.DoesNotContain(steps, step => step.Outcome is DiagnosisOutcome.Failed or DiagnosisOutcome.Skipped);
        Assert.Superset(new HashSet<string> { "settings", "address", "chat", "stream", "context", "embedding", "batch", "collections" }, steps.Select(step => step.Name).ToHashSet());
        Assert.All(bench.Egress.AskedHosts, host => Assert.Equal(bench.Server.Address.Authority, host));
        Assert.All(bench.Egress.Purposes, purpose => Assert.NotNull(purpose));
    }

    [Theory]
    [InlineData("openai", "401", "chat", FindingCodes.WrongKey, "OPENAI_API_KEY", "")]
    [InlineData("azure-legacy", "401", "chat", FindingCodes.WrongKey, "AZURE_OPENAI_API_KEY", "")]
    [InlineData("azure-v1", "401?reason=role", "chat", FindingCodes.RoleMissing, "Cognitive Services OpenAI User", "")]
    [InlineData("openai", "401?reason=role", "chat", FindingCodes.PermissionMissing, "right", "")]
    [InlineData("vllm", "401?body=string", "chat", FindingCodes.WrongKey, "ApiKey", "")]
    [InlineData("azure-legacy", "403", "chat", FindingCodes.Firewall, "networking", "")]
    [InlineData("azure-v1", "403?reason=public-access", "chat", FindingCodes.PublicAccessDisabled, "network", "")]
    [InlineData("azure-legacy", "403?reason=local-auth", "chat", FindingCodes.LocalAuthDisabled, "AZURE_OPENAI_USE_ENTRA", "")]
    [InlineData("azure-legacy", "403?reason=abuse", "chat", FindingCodes.ResourceBlocked, "support", "")]
    [InlineData("openai", "403", "chat", FindingCodes.RegionNotSupported, "local", "")]
    [InlineData("azure-legacy", "404-deployment", "chat", FindingCodes.DeploymentNotFound, "AZURE_OPENAI_CHAT_DEPLOYMENT", "chat-model")]
    [InlineData("azure-v1", "404-deployment", "chat", FindingCodes.DeploymentNotFound, "not of its model", "chat-model")]
    [InlineData("openai", "404-model", "chat", FindingCodes.ModelNotFound, "MODEL_CHAT", "chat-model")]
    [InlineData("vllm", "404-model", "chat", FindingCodes.ModelNotFound, "Chat", "chat-model")]
    [InlineData("ollama", "404-model", "chat", FindingCodes.ModelNotPulled, "ollama pull chat-model", "chat-model")]
    [InlineData("openai", "429-quota", "chat", FindingCodes.QuotaExhausted, "Top the account up", "")]
    [InlineData("openai", "429-seconds", "chat", FindingCodes.Throttled, "Try again later", "")]
    [InlineData("openai", "500", "chat", FindingCodes.ServerError, "log", "")]
    [InlineData("azure-v1", "400-filter", "chat", FindingCodes.Filtered, "filter", "")]
    [InlineData("llamacpp", "cut-chunked?n=1", "chat", FindingCodes.StreamCut, "proxy", "")]
    [InlineData("openai", "200-html", "chat", FindingCodes.NotAModelServer, "sign-in page", "")]
    [InlineData("llamacpp", "400-context", "chat", FindingCodes.ContextTooSmall, "larger context", "")]
    public async Task A_fault_of_chat_is_named_with_its_cure(string dialect, string scenario, string name, string code, string cure, string finding)
    {
        await using var bench = ProviderBench.Start(dialect);
        bench.Server.SetScenario(RequestKind.Chat, scenario);

        var steps = await bench.DiagnoseAsync(bench.Settings("openai") with { EmbeddingModel = null });

        var step = Assert.Single(steps, step => step.Name == name);
        Assert.Equal(code, step.Code);
        Assert.Contains(cure, step.Cure!, StringComparison.Ordinal);
        Assert.Contains(finding, step.Finding, StringComparison.Ordinal);
        Assert.DoesNotContain(ProviderBench.Key, string.Concat(steps), StringComparison.Ordinal);
        Assert.Equal(code is FindingCodes.Throttled or FindingCodes.Filtered ? DiagnosisOutcome.Warning : DiagnosisOutcome.Failed, step.Outcome);
    }

    [Fact]
    public async Task A_wrong_key_of_llama_cpp_is_found_though_its_list_of_models_is_open_to_everyone()
    {
        await using var bench = ProviderBench.Start("llamacpp");

        var steps = await bench.DiagnoseAsync(bench.Settings() with { ApiKey = new("another-key-0123456789"), EmbeddingModel = null });

        Assert.Equal(DiagnosisOutcome.Ok, Of(steps, "server").Outcome);
        Assert.Equal(FindingCodes.WrongKey, Of(steps, "chat").Code);
    }

    [Fact]
    public async Task A_missing_key_is_told_from_a_wrong_one()
    {
        await using var bench = ProviderBench.Start("vllm");
        var steps = await bench.DiagnoseAsync(bench.Settings() with { ApiKey = null, EmbeddingModel = null });
        Assert.Equal(FindingCodes.KeyMissing, Of(steps, "chat").Code);
    }

    [Fact]
    public async Task A_wrong_path_of_azure_is_told_from_a_missing_deployment()
    {
        // The dated surface answers every other path as a resource does that does not know the version.
        await using var bench = ProviderBench.Start("azure-legacy");
        var steps = await bench.DiagnoseAsync(bench.Settings() with { ApiVersion = null, EmbeddingModel = null });
        Assert.Equal(FindingCodes.WrongApiVersion, Of(steps, "chat").Code);
        Assert.Contains("AZURE_OPENAI_API_VERSION", Of(steps, "chat").Cure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_path_of_other_servers_is_named()
    {
        await using var bench = ProviderBench.Start("openai");
        var steps = await bench.DiagnoseAsync(bench.Settings() with { Endpoint = new(bench.Server.Address, "api/v2"), EmbeddingModel = null });
        Assert.Equal(FindingCodes.PathNotFound, Of(steps, "chat").Code);
    }

    [Fact]
    public async Task Nothing_that_listens_is_found_at_the_address_and_the_rest_is_skipped()
    {
        await using var bench = ProviderBench.Start("llamacpp", "refuse");
        var steps = await bench.DiagnoseAsync();
        Assert.Equal((DiagnosisOutcome.Failed, FindingCodes.ConnectionRefused), (Of(steps, "address").Outcome, Of(steps, "address").Code));
        Assert.Equal(DiagnosisOutcome.Skipped, Of(steps, "chat").Outcome);
        Assert.Equal(DiagnosisOutcome.Skipped, Of(steps, "embedding").Outcome);
        Assert.Empty(bench.Server.Requests);
    }

    [Fact]
    public async Task A_server_that_wants_tls_and_is_asked_without_is_named()
    {
        await using var bench = ProviderBench.Start("openai", change: options => options.Https = true);
        var step = Of(await bench.DiagnoseAsync(bench.Settings() with { Endpoint = new UriBuilder(bench.Server.Address) { Scheme = "http" }.Uri }), "address");
        Assert.Equal((DiagnosisOutcome.Failed, FindingCodes.NotHttp), Mark(step));
        Assert.Contains("https", step.Cure!, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Networks => new()
    {
        { FindingCodes.PolicyRefused, "private" },
        { FindingCodes.TlsFailed, "http instead" },
        { FindingCodes.NameNotFound, "host" },
        { FindingCodes.Unreachable, "firewall" },
        { FindingCodes.NoReply, "hangs" },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task A_fault_of_the_network_is_named(string code, string cure)
    {
        Exception thrown = code switch
        {
            FindingCodes.PolicyRefused => new HttpRequestException("refused", new EgressRefusedException("10.0.0.9:80", EgressRules.NotListed, "Offline mode reaches only listed private addresses.")),
            FindingCodes.TlsFailed => new HttpRequestException(HttpRequestError.SecureConnectionError, "tls", new AuthenticationException("Cannot determine the frame size or a corrupted frame was received.")),
            FindingCodes.NameNotFound => new HttpRequestException(HttpRequestError.NameResolutionError, "dns", new SocketException((int)SocketError.HostNotFound)),
            FindingCodes.Unreachable => new HttpRequestException(HttpRequestError.ConnectionError, "route", new SocketException((int)SocketError.NetworkUnreachable)),
            _ => new TaskCanceledException("The connection could not be established in time.", new TimeoutException()),
        };
        await using var plain = ProviderBench.Start("openai");
        var bench = plain.With(new LoopbackEgress { NewNetwork = () => new Failing(thrown) });
        var step = Of(await bench.DiagnoseAsync(), "address");
        Assert.Equal((DiagnosisOutcome.Failed, code), Mark(step));
        Assert.Contains(cure, step.Cure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_named_with_the_setting_for_authorities()
    {
        await using var bench = ProviderBench.Start("openai", change: options => options.Https = true);
        var steps = await bench.DiagnoseAsync();
        Assert.Equal(FindingCodes.CertificateNotTrusted, Of(steps, "address").Code);
        Assert.Contains("Synapse:Egress:CaFile", Of(steps, "address").Cure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_loads_its_model_is_waited_for_with_news()
    {
        await using var bench = ProviderBench.Start("llamacpp", "503-loading-n-then-ok?n=4");
        bench.Time.PassesPolls = true;
        var steps = await bench.DiagnoseAsync(bench.Settings() with { EmbeddingModel = null });
        Assert.Contains(steps, step => step is { Name: "server", Outcome: DiagnosisOutcome.Waiting });
        Assert.Equal(DiagnosisOutcome.Ok, steps.Last(step => step.Name == "server").Outcome);
        Assert.Equal(DiagnosisOutcome.Ok, Of(steps, "chat").Outcome);
    }

    [Fact]
    public async Task A_server_that_never_ends_loading_is_given_up_after_the_limit()
    {
        await using var bench = ProviderBench.Start("llamacpp", "503-loading-n-then-ok?n=1000");
        bench.Time.PassesPolls = true;
        var settings = bench.Settings();
        var steps = await bench.DiagnoseAsync(settings with { EmbeddingModel = null, Timeouts = settings.Timeouts with { Load = TimeSpan.FromSeconds(8) } });
        var last = steps.Last(step => step.Name == "server");
        Assert.Equal((DiagnosisOutcome.Failed, FindingCodes.StillLoading), (last.Outcome, last.Code));
        Assert.Equal(TimeSpan.FromSeconds(8), last.Elapsed);
    }

    [Theory]
    [InlineData("llamacpp", 512, DiagnosisOutcome.Failed, "--ctx-size")]
    [InlineData("vllm", 2_048, DiagnosisOutcome.Warning, "--max-model-len")]
    [InlineData("ollama", 2_048, DiagnosisOutcome.Warning, "ContextTokens")]
    public async Task A_context_that_is_too_small_for_answers_is_named_with_the_option_of_the_server(string dialect, int tokens, DiagnosisOutcome outcome, string cure)
    {
        await using var bench = ProviderBench.Start(dialect, change: options =>
        {
            options.ContextTokens = tokens;
            options.Models.Add("chat-model");
        });
        var step = Of(await bench.DiagnoseAsync(bench.Settings() with { EmbeddingModel = null }), "context");
        Assert.Equal((outcome, FindingCodes.ContextTooSmall), (step.Outcome, step.Code));
        Assert.Contains(cure, step.Cure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_that_is_configured_larger_than_it_is_is_named()
    {
        await using var bench = ProviderBench.Start("vllm", change: options =>
        {
            options.ContextTokens = 8_192;
            options.Models.Add("chat-model");
        });
        var step = Of(await bench.DiagnoseAsync(bench.Settings() with { ContextTokens = 32_768, EmbeddingModel = null }), "context");
        Assert.Equal(FindingCodes.ContextDiffers, step.Code);
        Assert.Contains("8192", step.Cure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_that_nobody_tells_is_named()
    {
        await using var bench = ProviderBench.Start("openai");
        Assert.Equal(FindingCodes.ContextUnknown, Of(await bench.DiagnoseAsync(bench.Settings() with { EmbeddingModel = null }), "context").Code);
    }

    [Theory]
    [InlineData(false, DiagnosisOutcome.Warning)]
    [InlineData(true, DiagnosisOutcome.Failed)]
    public async Task A_model_of_ollama_that_runs_elsewhere_is_named_and_refused_offline(bool isOffline, DiagnosisOutcome outcome)
    {
        await using var bench = ProviderBench.Start("ollama");
        bench.Egress.IsOffline = isOffline;
        var steps = await bench.DiagnoseAsync(bench.Settings() with { ChatModel = "gpt-oss:120b-cloud", EmbeddingModel = null });
        Assert.Equal((outcome, FindingCodes.RemoteModel), (Of(steps, "server").Outcome, Of(steps, "server").Code));
        Assert.Equal(isOffline, bench.Sent == 0);
    }

    [Theory]
    [InlineData("tei")]
    [InlineData("vllm")]
    public async Task Dimensions_that_differ_from_the_setting_are_named_with_the_real_ones(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect, change: options => options.EmbeddingDimensions = 384);
        var step = Of(await bench.DiagnoseAsync(bench.Settings() with { ChatModel = null, EmbeddingDimensions = 768 }), "embedding");
        Assert.Equal((DiagnosisOutcome.Failed, FindingCodes.DimensionsDiffer), (step.Outcome, step.Code));
        Assert.Contains("384", step.Cure!, StringComparison.Ordinal);
        Assert.Contains("768", step.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llamacpp", "501", FindingCodes.EmbeddingsOff, "--embeddings")]
    [InlineData("tei", "424", FindingCodes.NotAnEmbeddingModel, "embedding model")]
    [InlineData("openai", "404-model", FindingCodes.ModelNotFound, "MODEL_EMBEDDING")]
    [InlineData("ollama", "404-model", FindingCodes.ModelNotPulled, "ollama pull")]
    [InlineData("azure-v1", "404-deployment", FindingCodes.DeploymentNotFound, "AZURE_OPENAI_EMBEDDING_DEPLOYMENT")]
    public async Task A_fault_of_embeddings_is_named_with_its_cure(string dialect, string scenario, string code, string cure)
    {
        await using var bench = ProviderBench.Start(dialect);
        bench.Server.SetScenario(RequestKind.Embeddings, scenario);
        var step = Of(await bench.DiagnoseAsync(bench.Settings() with { ChatModel = null }), "embedding");
        Assert.Equal((DiagnosisOutcome.Failed, code), (step.Outcome, step.Code));
        Assert.Contains(cure, step.Cure!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_configured_larger_than_the_server_takes_is_named()
    {
        await using var bench = ProviderBench.Start("tei");
        var step = Of(await bench.DiagnoseAsync(bench.Settings() with { ChatModel = null, EmbeddingBatchSize = 64 }), "batch");
        Assert.Equal(FindingCodes.BatchTooLarge, step.Code);
        Assert.Contains("32", step.Cure!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tei")]
    [InlineData("llamacpp")]
    public async Task A_reranker_is_tried_where_one_is_configured(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect);
        var settings = bench.Settings() with { ChatModel = null, EmbeddingModel = null, RerankModel = "reranker" };
        Assert.Equal((DiagnosisOutcome.Ok, FindingCodes.Reranks), Mark(Of(await bench.DiagnoseAsync(settings), "rerank")));
        bench.Server.SetScenario(RequestKind.Rerank, "401");
        Assert.Equal((DiagnosisOutcome.Failed, FindingCodes.WrongKey), Mark(Of(await bench.DiagnoseAsync(settings), "rerank")));
    }

    [Fact]
    public async Task Collections_that_are_embedded_with_another_model_are_named()
    {
        await using var bench = ProviderBench.Start("openai", change: options => options.EmbeddingDimensions = 16);
        var settings = bench.Settings() with { ChatModel = null };
        var steps = await bench.DiagnoseAsync([settings], null, ("same", new EmbeddingSpace("embedding-model", 16)), ("own", new EmbeddingSpace("numbers", 8)), ("old", new EmbeddingSpace("embedding-model", 99)));
        var step = Of(steps, "collections");
        Assert.Equal((DiagnosisOutcome.Warning, FindingCodes.CollectionsDiffer), Mark(step));
        Assert.Contains("'old' (99 numbers", step.Finding, StringComparison.Ordinal);
        Assert.DoesNotContain("'same'", step.Finding, StringComparison.Ordinal);
        Assert.DoesNotContain("'own'", step.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_provider_the_built_in_mode_is_checked_and_a_choice_says_how_to_configure_it()
    {
        await using var bench = ProviderBench.Start("openai");
        Assert.Equal([FindingCodes.NothingConfigured, FindingCodes.BuiltIn], (await bench.DiagnoseAsync([])).Select(step => step.Code));
        Assert.Contains("USE_AZURE_OPENAI=true", (await Assert.ThrowsAsync<ProviderNotFoundException>(() => bench.DiagnoseAsync([], "azure"))).Message, StringComparison.Ordinal);
        Assert.Empty(bench.Server.Requests);
    }

    [Fact]
    public async Task A_choice_takes_a_name_or_a_kind()
    {
        await using var bench = ProviderBench.Start("openai");
        ProviderSettings[] all = [bench.Settings("one") with { EmbeddingModel = null }, bench.Settings("two") with { Reach = AddressReach.Public, EmbeddingModel = null }];
        foreach (var (choice, expected) in new[] { ("two", "two"), ("ONE", "one"), ("local", "one") })
        {
            Assert.Equal([expected], (await bench.DiagnoseAsync(all, choice)).Select(step => step.Provider).Distinct());
        }
    }

    [Theory]
    [InlineData("entra-ok", "https://cognitiveservices.azure.com/.default", "chat", FindingCodes.ChatAnswers)]
    [InlineData("entra-ok", "https://ai.azure.com/.default", "chat", FindingCodes.WrongScope)]
    [InlineData("entra-expired-token", "https://cognitiveservices.azure.com/.default", "chat", FindingCodes.TokenExpired)]
    [InlineData("entra-wrong-audience", "https://cognitiveservices.azure.com/.default", "chat", FindingCodes.WrongScope)]
    [InlineData("entra-wrong-secret", "https://cognitiveservices.azure.com/.default", "sign-in", FindingCodes.SignInRefused)]
    [InlineData("entra-unavailable", "https://cognitiveservices.azure.com/.default", "sign-in", FindingCodes.SignInUnreachable)]
    public async Task A_sign_in_is_checked_and_its_token_read(string scenario, string scope, string name, string code)
    {
        await using var bench = ProviderBench.Start("azure-legacy", change: options => options.Https = true);
        var entra = bench.Server.Entra;
        var trusting = bench.With(new LoopbackEgress { NewNetwork = () => new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true } });
        trusting.Server.SetScenario(RequestKind.Token, scenario);
        var settings = trusting.Settings() with
        {
            ApiKey = null,
            EmbeddingModel = null,
            Entra = new(EntraCredentialKind.ClientSecret, scope, bench.Server.Address, entra.Tenant, entra.ClientId, new(entra.ClientSecret)),
        };
        var steps = await trusting.DiagnoseAsync(settings);
        Assert.Equal(code, Of(steps, name).Code);
        Assert.DoesNotContain(entra.ClientSecret, string.Concat(steps), StringComparison.Ordinal);
    }

    private static DiagnosisStep Of(IReadOnlyList<DiagnosisStep> steps, string name) => Assert.Single(steps, step => step.Name == name);

    private static (DiagnosisOutcome Outcome, string Code) Mark(DiagnosisStep step) => (step.Outcome, step.Code);

    private sealed class Failing(Exception error) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromException<HttpResponseMessage>(error);
    }
}
