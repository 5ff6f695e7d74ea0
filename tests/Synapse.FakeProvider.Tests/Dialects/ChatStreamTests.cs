using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Dialects;

/// <summary>The stream of a healthy server, event by event, in each dialect.</summary>
public sealed class ChatStreamTests
{
    [Theory]
    [InlineData("openai")]
    [InlineData("azure-legacy")]
    [InlineData("azure-v1")]
    [InlineData("llamacpp")]
    [InlineData("vllm")]
    [InlineData("ollama")]
    [InlineData("lmstudio")]
    [InlineData("anthropic")]
    public async Task Chat_streams_a_cited_answer_with_its_end(string dialect)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Chat(dialect));
        var stream = StreamReading.Of(reply);

        Assert.Equal((200, RawEnd.Complete), (reply.Status, reply.End));
        Assert.StartsWith("text/event-stream", reply.Header("content-type"), StringComparison.Ordinal);
        Assert.Equal(DialectRequest.Answer, stream.Text);
        Assert.Equal([dialect == "anthropic" ? "end_turn" : "stop"], stream.Finishes);
        Assert.True(stream.Done);
        Assert.Null(stream.Error);
        Assert.NotNull(stream.Usage);
    }

    [Fact]
    public async Task OpenAi_sends_role_text_finish_usage_and_done_in_chunks_of_their_own()
    {
        var events = await EventsAsync("openai");

        Assert.Equal(9, events.Count);
        Assert.Matches("""^\{"id":"chatcmpl-\w{29}","object":"chat.completion.chunk","created":\d+,"model":"chat-model","system_fingerprint":"fp_44709d6fcb","choices":\[\{"index":0,"delta":\{"role":"assistant","content":""\},"logprobs":null,"finish_reason":null\}\],"usage":null,"obfuscation":"\w*"\}$""", events[0]);
        Assert.Contains("""{"index":0,"delta":{"content":"Dogs"},"logprobs":null,"finish_reason":null}""", events[1], StringComparison.Ordinal);
        Assert.Contains("""{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}""", events[^3], StringComparison.Ordinal);
        Assert.Contains(""""choices":[],"usage":{"prompt_tokens":"""", events[^2], StringComparison.Ordinal);
        Assert.Equal("[DONE]", events[^1]);
    }

    [Fact]
    public async Task OpenAi_leaves_usage_and_obfuscation_out_when_not_wanted()
    {
        await using var fake = FakeProvider.Start();
        var request = DialectRequest.Chat("openai", usage: false);
        request.Body!["stream_options"] = new System.Text.Json.Nodes.JsonObject { ["include_obfuscation"] = false };
        var text = (await RawClient.SendAsync(fake, request)).Text;

        Assert.DoesNotContain("usage", text, StringComparison.Ordinal);
        Assert.DoesNotContain("obfuscation", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("azure-legacy")]
    [InlineData("azure-v1")]
    public async Task Azure_begins_with_a_chunk_of_filter_results(string dialect)
    {
        var events = await EventsAsync(dialect);

        Assert.StartsWith("""{"id":"","object":"","created":0,"model":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}""", events[0], StringComparison.Ordinal);
        Assert.EndsWith(""""choices":[],"usage":null}"""", events[0], StringComparison.Ordinal);
        Assert.Contains("""{"index":0,"finish_reason":null,"delta":{"role":"assistant","content":"","refusal":null},"content_filter_results":{}}""", events[1], StringComparison.Ordinal);
        Assert.Contains(""""model":"gpt-4o-2024-11-20"""", events[1], StringComparison.Ordinal);
        Assert.Contains("""{"index":0,"finish_reason":"stop","delta":{},"content_filter_results":{}}""", events[^3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task LlamaCpp_begins_with_null_and_ends_with_timings()
    {
        var events = await EventsAsync("llamacpp");

        Assert.StartsWith("""{"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":""", events[0], StringComparison.Ordinal);
        Assert.Contains(""".gguf","system_fingerprint":"b11429-""", events[0], StringComparison.Ordinal);
        Assert.Contains(""""timings":{"prompt_n":"""", events[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vllm_ends_in_the_chunk_of_the_last_text()
    {
        var events = await EventsAsync("vllm");

        Assert.Contains(""""prompt_token_ids":null"""", events[0], StringComparison.Ordinal);
        Assert.Contains("""{"index":0,"delta":{"content":" [2]."},"logprobs":null,"finish_reason":"stop","stop_reason":null,"token_ids":null}""", events[^3], StringComparison.Ordinal);
        Assert.DoesNotContain("usage", events[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ollama_gives_the_role_with_the_first_text_and_ids_that_repeat()
    {
        var events = await EventsAsync("ollama");

        Assert.Matches("""^\{"id":"chatcmpl-\d{1,3}","object":"chat.completion.chunk","created":\d+,"model":"chat-model","system_fingerprint":"fp_ollama","choices":\[\{"index":0,"delta":\{"role":"assistant","content":"Dogs"\},"finish_reason":null\}\]\}$""", events[0]);
        Assert.Contains("""{"index":0,"delta":{},"finish_reason":"stop"}""", events[^3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ollama_streams_json_lines_over_its_own_api_without_being_asked()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "ollama" });
        var request = DialectRequest.Chat("ollama") with { Target = "/api/chat" };
        ((System.Text.Json.Nodes.JsonObject)request.Body!).Remove("stream");
        var reply = await RawClient.SendAsync(fake, request);
        var lines = reply.Text.TrimEnd('\n').Split('\n');

        Assert.Equal("application/x-ndjson", reply.Header("content-type"));
        Assert.Matches("""^\{"model":"chat-model","created_at":"[^"]+","message":\{"role":"assistant","content":"Dogs"\},"done":false\}$""", lines[0]);
        Assert.Contains(""""done":true,"done_reason":"stop","total_duration":"""", lines[^1], StringComparison.Ordinal);
        Assert.Contains(""""prompt_eval_count":"""", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anthropic_opens_and_closes_blocks()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "anthropic" });
        var stream = StreamReading.Of(await RawClient.SendAsync(fake, DialectRequest.Chat("anthropic")));

        Assert.Equal(
            ["message_start", "ping", "content_block_start", .. Enumerable.Repeat("content_block_delta", 5), "content_block_stop", "message_delta", "message_stop"],
            stream.Events.Select(item => item.Name));
        Assert.Equal("""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Dogs"}}""", stream.Events[3].Data);
        Assert.StartsWith("""{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":""", stream.Events[^2].Data, StringComparison.Ordinal);
    }

    private static async Task<List<string>> EventsAsync(string dialect)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect });
        return [.. StreamReading.Of(await RawClient.SendAsync(fake, DialectRequest.Chat(dialect))).Events.Select(item => item.Data)];
    }
}
