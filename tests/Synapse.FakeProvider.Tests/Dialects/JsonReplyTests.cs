using System.Text.Json.Nodes;
using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Dialects;

/// <summary>Replies in one piece: answers, embeddings, scores.</summary>
public sealed class JsonReplyTests
{
    [Theory]
    [InlineData("openai", "id,object,created,model,choices,usage,system_fingerprint")]
    [InlineData("azure-legacy", "id,object,created,model,choices,usage,system_fingerprint,prompt_filter_results")]
    [InlineData("azure-v1", "id,object,created,model,choices,usage,system_fingerprint,prompt_filter_results")]
    [InlineData("llamacpp", "choices,created,model,system_fingerprint,object,usage,id,timings")]
    [InlineData("vllm", "id,object,created,model,choices,usage,prompt_logprobs")]
    [InlineData("ollama", "id,object,created,model,choices,usage,system_fingerprint")]
    [InlineData("lmstudio", "id,object,created,model,choices,usage,system_fingerprint")]
    public async Task Chat_answers_in_json_when_no_stream_is_asked_for(string dialect, string members)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Chat(dialect, stream: false));
        var choice = reply.Json["choices"]![0]!;

        Assert.StartsWith("application/json", reply.Header("content-type"), StringComparison.Ordinal);
        Assert.Equal(members, string.Join(',', reply.Json.AsObject().Select(member => member.Key)));
        Assert.Equal("chat.completion", (string?)reply.Json["object"]);
        Assert.Equal(DialectRequest.Answer, (string?)choice["message"]!["content"]);
        Assert.Equal("stop", (string?)choice["finish_reason"]);
        Assert.Equal((int?)reply.Json["usage"]!["total_tokens"], (int?)reply.Json["usage"]!["prompt_tokens"] + (int?)reply.Json["usage"]!["completion_tokens"]);
    }

    [Fact]
    public async Task Anthropic_answers_with_content_blocks()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "anthropic" });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Chat("anthropic", stream: false));

        Assert.Equal("id,type,role,model,content,stop_reason,stop_sequence,usage", string.Join(',', reply.Json.AsObject().Select(member => member.Key)));
        Assert.Equal($$"""[{"type":"text","text":"{{DialectRequest.Answer}}"}]""", reply.Json["content"]!.ToJsonString());
        Assert.Equal("end_turn", (string?)reply.Json["stop_reason"]);
    }

    [Fact]
    public async Task Ollama_answers_in_one_line_over_its_own_api()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "ollama" });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Chat("ollama", stream: false) with { Target = "/api/chat" });

        Assert.Equal(DialectRequest.Answer, (string?)reply.Json["message"]!["content"]);
        Assert.True((bool)reply.Json["done"]!);
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("azure-legacy")]
    [InlineData("azure-v1")]
    [InlineData("llamacpp")]
    [InlineData("vllm")]
    [InlineData("ollama")]
    [InlineData("lmstudio")]
    [InlineData("tei")]
    public async Task Embeddings_are_the_same_each_time_of_unit_length_and_close_for_shared_words(string dialect)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect });
        var request = DialectRequest.Embeddings(dialect, "dogs bark at night", "do dogs bark", "the sea is blue");
        var reply = await RawClient.SendAsync(fake, request);
        var again = await RawClient.SendAsync(fake, request);
        var rows = reply.Json["data"]!.AsArray().Select(row => Floats(row!["embedding"]!)).ToList();

        Assert.Equal(reply.Text, again.Text);
        Assert.StartsWith("""{"object":"list","data":[{"object":"embedding","index":0,"embedding":[""", reply.Text, StringComparison.Ordinal);
        Assert.Matches(""""model":"embedding-model","usage":\{"prompt_tokens":\d+,"total_tokens":\d+\}\}$"""", reply.Text);
        Assert.All(rows, row => Assert.Equal(384, row.Length));
        Assert.All(rows, row => Assert.Equal(1, Dot(row, row), precision: 5));
        Assert.True(Dot(rows[0], rows[1]) > Dot(rows[0], rows[2]) + 0.3, $"{Dot(rows[0], rows[1])} should be well over {Dot(rows[0], rows[2])}.");
    }

    [Fact]
    public async Task Embeddings_have_the_length_and_the_form_that_is_asked_for()
    {
        await using var fake = FakeProvider.Start();
        var request = DialectRequest.Embeddings("openai", "dogs bark");
        request.Body!["dimensions"] = 16;
        var numbers = Floats((await RawClient.SendAsync(fake, request)).Json["data"]![0]!["embedding"]!);
        request.Body["encoding_format"] = "base64";
        var bytes = Convert.FromBase64String((string)(await RawClient.SendAsync(fake, request)).Json["data"]![0]!["embedding"]!);

        Assert.Equal(16, numbers.Length);
        Assert.Equal(numbers, Enumerable.Range(0, 16).Select(i => BitConverter.ToSingle(bytes, i * 4)));
    }

    [Fact]
    public async Task Embeddings_of_known_models_have_their_known_lengths()
    {
        await using var fake = FakeProvider.Start();
        var request = DialectRequest.Embeddings("openai", "dogs bark");
        request.Body!["model"] = "text-embedding-3-large";

        Assert.Equal(3072, (await RawClient.SendAsync(fake, request)).Json["data"]![0]!["embedding"]!.AsArray().Count);
    }

    [Fact]
    public async Task Ollama_and_tei_give_bare_rows_over_their_own_apis()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "ollama" });
        var ollama = await RawClient.SendAsync(fake, DialectRequest.Embeddings("ollama", "a", "b") with { Target = "/api/embed" });
        fake.Use("tei");
        var tei = await RawClient.SendAsync(fake, DialectRequest.Post("/embed", new JsonObject { ["inputs"] = new JsonArray("a", "b") }));

        Assert.Equal(2, ollama.Json["embeddings"]!.AsArray().Count);
        Assert.Equal(2, tei.Json.AsArray().Count);
        Assert.NotNull(tei.Header("x-inference-time"));
    }

    [Theory]
    [InlineData("llamacpp")]
    [InlineData("vllm")]
    [InlineData("tei")]
    public async Task Rerank_gives_the_best_first_under_its_index(string dialect)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Rerank(dialect));
        var hits = dialect == "tei" ? reply.Json.AsArray() : reply.Json["results"]!.AsArray();

        Assert.Equal(3, hits.Count);
        Assert.Equal(2, (int?)hits[0]!["index"]);
    }

    [Fact]
    public async Task Limits_are_kept_as_each_server_keeps_them()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "tei", EmbeddingTokens = 512, ContextTokens = 20 });
        var batch = await RawClient.SendAsync(fake, DialectRequest.Embeddings("tei", [.. Enumerable.Repeat("a", 33)]));
        fake.Use("llamacpp");
        var longInput = await RawClient.SendAsync(fake, DialectRequest.Embeddings("llamacpp", new string('a', 2384)));
        var longPrompt = await RawClient.SendAsync(fake, DialectRequest.Chat("llamacpp"));
        fake.Use("ollama");
        var cut = await RawClient.SendAsync(fake, DialectRequest.Chat("ollama", stream: false));

        Assert.Equal((422, """{"message":"batch size 33 > maximum allowed batch size 32","code":422,"type":"Validation"}"""), (batch.Status, batch.Text));
        Assert.Equal(500, longInput.Status);
        Assert.Contains("input (596 tokens) is too large to process. increase the physical batch size (current batch size: 512)", longInput.Text, StringComparison.Ordinal);
        Assert.Equal((400, 20), (longPrompt.Status, (int?)longPrompt.Json["error"]!["n_ctx"]));
        Assert.Equal((200, 20), (cut.Status, (int?)cut.Json["usage"]!["prompt_tokens"]));
        Assert.NotEqual(DialectRequest.Answer, (string?)cut.Json["choices"]![0]!["message"]!["content"]);
    }

    [Fact]
    public async Task Ollama_takes_the_window_of_a_request_over_its_own_api_and_ignores_the_newer_limit_over_the_other()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "ollama", ContextTokens = 20 });
        var native = DialectRequest.Chat("ollama", stream: false) with { Target = "/api/chat" };
        native.Body!["options"] = new JsonObject { ["num_ctx"] = 4096, ["num_predict"] = 2 };
        var other = DialectRequest.Chat("ollama", stream: false);
        ((JsonObject)other.Body!).Remove("max_tokens");
        other.Body["max_completion_tokens"] = 1;
        var wide = (await RawClient.SendAsync(fake, native)).Json;
        var unlimited = (await RawClient.SendAsync(fake, other)).Json;

        Assert.Equal(("Dogs bark", "length"), ((string?)wide["message"]!["content"], (string?)wide["done_reason"]));
        Assert.True((int)wide["prompt_eval_count"]! > 20);
        Assert.Equal(4096, (int)(await RawClient.SendAsync(fake, DialectRequest.Get("/api/ps"))).Json["models"]![0]!["context_length"]!);
        Assert.Equal("stop", (string?)unlimited["choices"]![0]!["finish_reason"]);
    }

    private static float[] Floats(JsonNode array) => [.. array.AsArray().Select(value => value!.GetValue<float>())];

    private static double Dot(float[] left, float[] right) => left.Zip(right, (x, y) => (double)x * y).Sum();
}
