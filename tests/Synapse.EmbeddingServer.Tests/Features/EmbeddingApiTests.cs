using System.ClientModel;
using System.Numerics.Tensors;
using System.Text;
using OpenAI;
using OpenAI.Embeddings;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Tests.TestSupport;

namespace Synapse.EmbeddingServer.Tests.Features;

public sealed class EmbeddingApiTests(ServiceFixture fixture)
{
    private const string Path = "/v1/embeddings";
    private static readonly string[] Texts = ["the red cat", "an invoice for the contract with the client", "rain"];

    private RunningService Service => fixture.Service;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_gives_an_embedding_for_each_text_in_its_order_and_a_single_text_the_same_one()
    {
        var together = await Service.PostAsync(Path, new { model = TestModels.Embedder, input = Texts });

        Assert.Equal(("list", TestModels.Embedder), (together.Json.GetProperty("object").GetString(), together.Json.GetProperty("model").GetString()));
        Assert.Equal(Texts.Length, together.Embeddings.Length);
        for (var i = 0; i < Texts.Length; i++)
        {
            var alone = (await Service.PostAsync(Path, new { input = Texts[i], user = "somebody" })).Embeddings.Single();
            Assert.Equal(TestModels.Dimensions, alone.Length);
            Assert.Equal(1f, TensorPrimitives.Norm<float>(alone), 1e-5f);
            Assert.Equal(0f, TensorPrimitives.Distance<float>(alone, together.Embeddings[i]), 1e-5f);
        }
    }

    [Fact]
    public async Task The_usage_is_what_the_model_reads()
    {
        // [CLS] the red cat [SEP] and [CLS] rain [SEP].
        var usage = (await Service.PostAsync(Path, """{"input": ["the red cat", "rain"]}""")).Json.GetProperty("usage");
        Assert.Equal((8, 8), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));

        // A longer text is cut to what the model reads.
        var cut = (await Service.PostAsync(Path, new { input = string.Concat(Enumerable.Repeat("cat ", 3_000)) })).Json.GetProperty("usage");
        Assert.Equal(TestModels.MaxTokens, cut.GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Base64_holds_the_very_numbers()
    {
        var numbers = (await Service.PostAsync(Path, new { input = Texts, encoding_format = "float" })).Embeddings;
        var base64 = (await Service.PostAsync(Path, new { input = Texts, encoding_format = "base64" })).Embeddings;

        for (var i = 0; i < Texts.Length; i++)
        {
            Assert.Equal(0f, TensorPrimitives.Distance<float>(numbers[i], base64[i]), 1e-6f);
        }
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_leading_ones_at_unit_length()
    {
        var whole = (await Service.PostAsync(Path, new { input = Texts })).Embeddings;
        var shortened = (await Service.PostAsync(Path, new { input = Texts, dimensions = 8 })).Embeddings;

        for (var i = 0; i < Texts.Length; i++)
        {
            var length = TensorPrimitives.Norm<float>(whole[i].AsSpan(0, 8));
            Assert.Equal(whole[i].Take(8).Select(number => number / length), shortened[i], (expected, actual) => Math.Abs(expected - actual) < 1e-5f);
        }

        Assert.Equal(TestModels.Dimensions, (await Service.PostAsync(Path, new { input = "rain", dimensions = TestModels.Dimensions })).Embeddings[0].Length);
    }

    [Theory]
    [InlineData("query", "query: the red cat")]
    [InlineData("passage", "passage: the red cat")]
    [InlineData(null, "the red cat")]
    public async Task The_input_type_chooses_the_models_prefix(string? inputType, string whole)
    {
        var typed = await Service.PostAsync(Path, inputType is null ? new { input = "the red cat" } : new { input = "the red cat", input_type = inputType });
        var plain = await Service.PostAsync(Path, new { input = whole });

        Assert.Equal(0f, TensorPrimitives.Distance<float>(typed.Embeddings[0], plain.Embeddings[0]), 1e-5f);
        Assert.Equal(plain.Json.GetProperty("usage").ToString(), typed.Json.GetProperty("usage").ToString());
    }

    [Theory]
    [InlineData("""{"input": []}""", 400, "invalid_value", "input")]
    [InlineData("""{"input": ""}""", 400, "invalid_value", "input")]
    [InlineData("""{"input": ["a", ""]}""", 400, "invalid_value", "input[1]")]
    [InlineData("""{"input": ["a", null]}""", 400, "invalid_value", "input[1]")]
    [InlineData("""{"input": [1, 2, 3]}""", 400, "invalid_value", "input")]
    [InlineData("""{"input": [[1, 2], [3]]}""", 400, "invalid_value", "input")]
    [InlineData("""{"input": 5}""", 400, "invalid_value", "input")]
    [InlineData("""{"input": null}""", 400, "invalid_value", "input")]
    [InlineData("""{"input": "\ud800"}""", 400, "invalid_value", "input")]
    [InlineData("{}", 400, "invalid_value", "input")]
    [InlineData("""{"input": "a", "model": "gpt-9"}""", 404, "model_not_found", "model")]
    [InlineData("""{"input": "a", "model": "tiny-reranker"}""", 400, "invalid_value", "model")]
    [InlineData("""{"input": "a", "model": 5}""", 400, "invalid_value", "model")]
    [InlineData("""{"input": "a", "encoding_format": "int8"}""", 400, "invalid_value", "encoding_format")]
    [InlineData("""{"input": "a", "dimensions": 0}""", 400, "invalid_value", "dimensions")]
    [InlineData("""{"input": "a", "dimensions": 33}""", 400, "invalid_value", "dimensions")]
    [InlineData("""{"input": "a", "dimensions": "8"}""", 400, "invalid_value", "dimensions")]
    [InlineData("""{"input": "a", "dimensions": 8.5}""", 400, "invalid_value", "dimensions")]
    [InlineData("""{"input": "a", "input_type": "classification"}""", 400, "invalid_value", "input_type")]
    [InlineData("""{"input": "a" """, 400, "invalid_json", null)]
    [InlineData("hello", 400, "invalid_json", null)]
    [InlineData("", 400, "invalid_json", null)]
    [InlineData("null", 400, "invalid_json", null)]
    [InlineData("[]", 400, "invalid_json", null)]
    public async Task A_wrong_request_is_refused_by_field(string body, int status, string code, string? param)
    {
        var reply = await Service.PostAsync(Path, body);

        Assert.Equal((status, code, param), (reply.Status, reply.ErrorCode, reply.ErrorParam));
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused_with_the_limit_that_it_breaks()
    {
        using var folder = new TemporaryFolder();
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteEmbedder(folder)], MaxInputs = 3, MaxRequestTokens = 20, MaxBodyBytes = 2_000 });

        // Each is three tokens with [CLS] and [SEP]; seven words and those two are nine, three times nine are 27.
        Assert.Equal(200, (await service.PostAsync(Path, """{"input": ["cat", "cat", "cat"]}""")).Status);
        var count = await service.PostAsync(Path, """{"input": ["cat", "cat", "cat", "cat"]}""");
        var tokens = await service.PostAsync(Path, new { input = Enumerable.Repeat("the cat and the dog and rain", 3).ToArray() });
        var bytes = await service.PostAsync(Path, new { input = new string('x', 3_000) });

        Assert.Equal((413, "request_too_large", "input"), (count.Status, count.ErrorCode, count.ErrorParam));
        Assert.Contains("at most 3 inputs", count.Body, StringComparison.Ordinal);
        Assert.Equal((413, "request_too_large", "input"), (tokens.Status, tokens.ErrorCode, tokens.ErrorParam));
        Assert.Contains("max 20 tokens per request", tokens.Body, StringComparison.Ordinal);
        Assert.Equal((0, 0), (await service.MeasureAsync("""synapse_embedding_pending_requests{model="tiny-embedder"}"""), await service.MeasureAsync("""synapse_embedding_waiting_inputs{model="tiny-embedder"}""")));
        Assert.Equal((413, "request_too_large", null), (bytes.Status, bytes.ErrorCode, bytes.ErrorParam));
    }

    [Fact]
    public async Task What_is_not_JSON_or_has_no_such_address_or_method_gets_an_error_of_the_same_shape()
    {
        using var form = new StringContent("input=a", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await Service.Client.PostAsync(new Uri(Path, UriKind.Relative), form, Cancellation);
        var media = await Reply.ReadAsync(response);
        var address = await Service.PostAsync("/v1/chat/completions", "{}");
        var method = await Service.GetAsync(Path);

        Assert.Equal((415, "unsupported_media_type"), (media.Status, media.ErrorCode));
        Assert.Equal((404, "not_found"), (address.Status, address.ErrorCode));
        Assert.Equal((405, "method_not_allowed", "POST"), (method.Status, method.ErrorCode, method.Allow));
    }

    [Fact]
    public async Task Many_clients_at_once_each_get_their_own_embedding()
    {
        string[] words = ["cat", "dog", "rain", "sun", "red", "green", "blue", "small"];
        var inputs = Enumerable.Range(0, 64).Select(client => string.Join(' ', Enumerable.Repeat(words[client % words.Length], 1 + (client / words.Length)))).ToArray();

        var replies = await Task.WhenAll(inputs.Select(input => Service.PostAsync(Path, new { input })));

        var together = (await Service.PostAsync(Path, new { input = inputs })).Embeddings;
        for (var client = 0; client < inputs.Length; client++)
        {
            Assert.Equal(0f, TensorPrimitives.Distance<float>(together[client], replies[client].Embeddings.Single()), 1e-5f);
        }
    }

    [Fact]
    public async Task The_client_of_OpenAI_works_as_it_is()
    {
        var client = new EmbeddingClient(TestModels.Embedder, new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri($"{Service.Address}/v1") });

        var reply = await client.GenerateEmbeddingsAsync(Texts, new EmbeddingGenerationOptions { Dimensions = 16 }, Cancellation);
        var single = await client.GenerateEmbeddingAsync(Texts[1], cancellationToken: Cancellation);

        Assert.Equal(Texts.Length, reply.Value.Count);
        Assert.All(reply.Value, embedding => Assert.Equal(16, embedding.ToFloats().Length));
        var expected = (await Service.PostAsync(Path, new { input = Texts[1] })).Embeddings[0];
        Assert.Equal(0f, TensorPrimitives.Distance(expected, single.Value.ToFloats().Span), 1e-5f);
        var error = await Assert.ThrowsAsync<ClientResultException>(() => client.GenerateEmbeddingsAsync([""], cancellationToken: Cancellation));
        Assert.Equal(400, error.Status);
    }

    [Fact]
    public async Task A_model_without_unit_length_is_shortened_and_not_normalised()
    {
        using var folder = new TemporaryFolder();
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteEmbedder(folder, normalize: false)] });

        var whole = (await service.PostAsync(Path, new { input = Texts })).Embeddings;
        var shortened = (await service.PostAsync(Path, new { input = Texts, dimensions = 4 })).Embeddings;

        Assert.All(whole.Zip(shortened), pair => Assert.Equal(pair.First.Take(4), pair.Second, (expected, actual) => Math.Abs(expected - actual) < 1e-4f));
        Assert.NotEqual(1f, TensorPrimitives.Norm<float>(whole[0]), 1e-3f);
    }

    [Fact]
    public async Task With_two_models_that_embed_a_request_names_one()
    {
        using var folder = new TemporaryFolder();
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteEmbedder(folder, "first"), TestModels.WriteEmbedder(folder, "org/second")] });

        var unnamed = await service.PostAsync(Path, new { input = "rain" });
        Assert.Equal((400, "model"), (unnamed.Status, unnamed.ErrorParam));
        Assert.Equal("org/second", (await service.PostAsync(Path, new { model = "org/second", input = "rain" })).Json.GetProperty("model").GetString());
        Assert.Equal("org/second", (await service.GetAsync("/v1/models/org/second")).Json.GetProperty("id").GetString());
        Assert.Equal((404, "model_not_found"), await ErrorOfRerankAsync(service));

        static async Task<(int, string?)> ErrorOfRerankAsync(RunningService service)
        {
            var reply = await service.PostAsync("/v1/rerank", """{"query": "a", "documents": ["b"]}""");
            return (reply.Status, reply.ErrorCode);
        }
    }
}
