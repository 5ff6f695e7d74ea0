using Synapse.Chat;
using Synapse.Fakes;
using Synapse.Providers.Configuration;
using Synapse.Providers.Discovery;
using Synapse.Providers.Embedding;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Discovery;

public sealed class DiscoveryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("llamacpp", ProviderKind.LlamaCpp)]
    [InlineData("vllm", ProviderKind.Vllm)]
    [InlineData("ollama", ProviderKind.Ollama)]
    [InlineData("tei", ProviderKind.TextEmbeddingsInference)]
    [InlineData("lmstudio", ProviderKind.LmStudio)]
    public async Task A_local_server_of_unknown_kind_is_recognised(string dialect, ProviderKind expected)
    {
        await using var bench = ProviderBench.Start(dialect);
        var connection = bench.Connect(bench.Settings() with { Kind = ProviderKind.LocalUnknown });

        Assert.Equal(expected, await connection.Discovery.FindKindAsync(Cancel));
    }

    [Fact]
    public async Task A_server_that_shows_no_page_without_its_key_is_recognised_by_its_name()
    {
        await using var bench = ProviderBench.Start("llamacpp");
        bench.Server.SetScenario(RequestKind.Models, "401");
        var connection = bench.Connect(bench.Settings() with { Kind = ProviderKind.LocalUnknown, ApiKey = new("another-key-0123456789") });

        Assert.Equal(ProviderKind.LlamaCpp, await connection.Discovery.FindKindAsync(Cancel));
    }

    [Fact]
    public async Task A_server_of_unknown_kind_that_is_loading_is_recognised_and_asked_when_it_is_ready()
    {
        await using var bench = ProviderBench.Start("llamacpp", "503-loading-n-then-ok?n=4");
        bench.Time.PassesPolls = true;

        var outcome = await bench.AskAsync(bench.Models(bench.Settings() with { Kind = ProviderKind.LocalUnknown }));

        Assert.Null(outcome.Error);
        Assert.Equal("llamacpp", bench.Statuses().List()[0].Kind);
    }

    [Theory]
    [InlineData("llamacpp")]
    [InlineData("vllm")]
    [InlineData("ollama")]
    [InlineData("lmstudio")]
    public async Task The_window_is_the_servers_own(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect, change: options =>
        {
            options.ContextTokens = 5_120;
            options.Models.Add("chat-model");
        });
        var (model, _) = await bench.Connect(bench.Settings()).DescribeAsync("chat-model", Cancel);

        Assert.Equal((5_120, 1_280), (model.ContextTokens, model.MaxOutputTokens));
    }

    [Theory]
    [InlineData("llamacpp", 2_000, 2_000)]
    [InlineData("llamacpp", 50_000, 5_120)]
    [InlineData("vllm", 50_000, 5_120)]
    [InlineData("ollama", 50_000, 50_000)]
    public async Task The_configured_window_is_never_larger_than_the_real_one_unless_the_server_can_be_told(string dialect, int configured, int expected)
    {
        await using var bench = ProviderBench.Start(dialect, change: options =>
        {
            options.ContextTokens = 5_120;
            options.Models.Add("chat-model");
        });
        var (model, _) = await bench.Connect(bench.Settings() with { ContextTokens = configured }).DescribeAsync("chat-model", Cancel);

        Assert.Equal(expected, model.ContextTokens);
    }

    [Fact]
    public async Task The_embedding_server_of_Synapse_tells_what_a_request_may_hold()
    {
        const string Models = """{"object": "list", "data": [{"id": "first", "owned_by": "synapse", "max_input_tokens": 8192, "max_batch_inputs": 16}, {"id": "second", "owned_by": "synapse", "max_input_tokens": 256, "max_batch_inputs": 2048}]}""";
        await using var server = ProviderBench.Start("openai");
        var bench = server.With(new LoopbackEgress { Network = new OnlyModels(Models) });
        var settings = bench.Settings() with { Kind = ProviderKind.LocalUnknown };
        using var connection = bench.Connect(settings);
        var discovery = connection.Discovery;

        var kind = await discovery.FindKindAsync(Cancel);
        var facts = await discovery.FindFactsAsync("second", Cancel);

        Assert.Equal(ProviderKind.OpenAICompatible, kind);
        Assert.Equal(new ModelFacts { InputTokens = 256, BatchSize = 2_048 }, facts);
        Assert.Equal((2_048, 256), (EmbeddingLimits.Of(settings, kind, "second", facts).BatchSize, EmbeddingLimits.Of(settings, kind, "second", facts).InputTokens));
    }

    [Theory]
    [InlineData("gpt-4o-mini", 128_000)]
    [InlineData("gpt-4.1-nano", 1_047_576)]
    [InlineData("gpt-4", 8_192)]
    [InlineData("openai/gpt-oss-120b", 131_072)]
    [InlineData("claude-sonnet-4-5", 200_000)]
    [InlineData("something-new", null)]
    public void Windows_of_cloud_models_are_known_by_the_longest_name_that_fits(string model, int? expected)
        => Assert.Equal(expected, KnownModels.OfChat(model)?.ContextTokens);

    [Theory]
    [InlineData("The quick brown fox jumps over the lazy dog, and nobody in the village was surprised at all.")]
    [InlineData("public static async Task<int> ReadAsync(Stream body, CancellationToken cancellationToken) => await body.ReadAsync(buffer);")]
    [InlineData("Die Größe der Straßenbahnhaltestelle überrascht selbst langjährige Einwohner.")]
    [InlineData("Съешь же ещё этих мягких французских булок, да выпей чаю.")]
    [InlineData("我们的房子在河边,春天的时候水会涨得很高。")]
    [InlineData("0123456789 3.14159 0xDEADBEEF 2026-01-01T12:00:00Z")]
    [InlineData("😀😃😄 🎉")]
    [InlineData("\n\n\t\tif (x)\n\t\t{\n\t\t\treturn y;\n\t\t}\n")]
    public void The_cautious_count_is_not_below_that_of_a_real_vocabulary(string text)
    {
        var real = new TiktokenCounter(1).Count(text);

        Assert.InRange(new CautiousTokenCounter().Count(text), real, real * 4);
    }

    [Fact]
    public void The_cautious_count_grows_with_what_the_server_counted_and_never_shrinks()
    {
        var counter = new CautiousTokenCounter();
        var text = string.Concat(Enumerable.Repeat("word ", 300));
        var before = counter.Count(text);

        counter.Observe(before, before * 2L);
        var doubled = counter.Count(text);
        Assert.InRange(doubled, (before * 2) - 2, before * 2);
        counter.Observe(doubled, before);
        Assert.Equal(doubled, counter.Count(text));
        Assert.Equal(0, counter.Count(""));
    }

    [Fact]
    public void A_long_text_is_cut_at_blanks_into_parts_within_the_limit_that_together_are_the_text()
    {
        var text = string.Concat(Enumerable.Range(0, 2_000).Select(number => $"word{number} ")) + new string('x', 5_000) + string.Concat(Enumerable.Repeat("😀", 3_000));
        var counter = new CautiousTokenCounter();
        var parts = new List<ReadOnlyMemory<char>>();

        TextSplitter.Split(text.AsMemory(), 500, counter, parts);

        Assert.Equal(text, string.Concat(parts));
        Assert.All(parts, part => Assert.InRange(counter.Count(part.Span), 1, 500));
        Assert.DoesNotContain(parts, part => char.IsLowSurrogate(part.Span[0]));
    }

    [Fact]
    public async Task A_window_that_the_server_contradicts_is_remembered()
    {
        await using var bench = ProviderBench.Start("openai");
        var connection = bench.Connect(bench.Settings());
        connection.LearnWindow("chat-model", 3_000, 16_384);
        var (told, _) = await connection.DescribeAsync("chat-model", Cancel);
        connection.LearnWindow("chat-model", null, told.ContextTokens);
        var (guessed, _) = await connection.DescribeAsync("chat-model", Cancel);

        Assert.Equal((3_000, 2_250), (told.ContextTokens, guessed.ContextTokens));
        Assert.IsAssignableFrom<ITokenCounter>(guessed.Tokens);
    }

    /// <summary>A server that has a list of models, and nothing else that discovery asks for.</summary>
    private sealed class OnlyModels(string list) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => Task.FromResult(request.RequestUri!.AbsolutePath == "/v1/models"
                ? new HttpResponseMessage(System.Net.HttpStatusCode.OK) { Content = new StringContent(list, System.Text.Encoding.UTF8, "application/json") }
                : new HttpResponseMessage(System.Net.HttpStatusCode.NotFound) { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") });
    }
}
