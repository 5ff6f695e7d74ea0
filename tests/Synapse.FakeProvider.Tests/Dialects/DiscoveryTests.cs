using System.Text.Json.Nodes;
using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Dialects;

/// <summary>What servers tell about themselves.</summary>
public sealed class DiscoveryTests
{
    [Theory]
    [InlineData("openai", "/v1/models", "data.0.id", "gpt-4o-mini")]
    [InlineData("openai", "/v1/models/x", "id", "x")]
    [InlineData("azure-legacy", "/openai/models?api-version=2024-10-21", "data.0.object", "model")]
    [InlineData("azure-v1", "/openai/v1/models", "data.0.object", "model")]
    [InlineData("llamacpp", "/props", "default_generation_settings.n_ctx", "4096")]
    [InlineData("llamacpp", "/v1/models", "data.0.meta.n_ctx", "4096")]
    [InlineData("llamacpp", "/health", "status", "ok")]
    [InlineData("vllm", "/v1/models", "data.0.max_model_len", "4096")]
    [InlineData("vllm", "/version", "version", "0.11.0")]
    [InlineData("ollama", "/api/tags", "models.0.name", "llama3.2:latest")]
    [InlineData("ollama", "/api/ps", "models.0.context_length", "4096")]
    [InlineData("ollama", "/api/version", "version", "0.12.6")]
    [InlineData("ollama", "/v1/models", "data.0.owned_by", "library")]
    [InlineData("tei", "/info", "max_client_batch_size", "32")]
    [InlineData("lmstudio", "/api/v0/models", "data.0.loaded_context_length", "4096")]
    [InlineData("anthropic", "/v1/models", "data.0.type", "model")]
    public async Task Discovery_tells_what_the_real_server_tells(string dialect, string path, string member, string expected)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect, ContextTokens = 4096 });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Get(path));

        Assert.Equal(200, reply.Status);
        Assert.Equal(expected, member.Split('.').Aggregate(reply.Json, (node, name) => (int.TryParse(name, out var index) ? node[index] : node[name])!).ToString());
    }

    [Theory]
    [InlineData("vllm", "/health")]
    [InlineData("tei", "/health")]
    public async Task Health_is_empty_where_it_is(string dialect, string path)
    {
        await using var fake = FakeProvider.Start(new() { Dialect = dialect });
        var reply = await RawClient.SendAsync(fake, DialectRequest.Get(path));

        Assert.Equal((200, 0), (reply.Status, reply.Body.Length));
    }

    [Fact]
    public async Task Tokenize_counts_as_the_usage_does()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "vllm" });
        var vllm = await RawClient.SendAsync(fake, DialectRequest.Post("/tokenize", new JsonObject { ["model"] = "m", ["prompt"] = "twelve bytes" }));
        fake.Use("llamacpp");
        var llama = await RawClient.SendAsync(fake, DialectRequest.Post("/tokenize", new JsonObject { ["content"] = "twelve bytes" }));
        fake.Use("tei");
        var tei = await RawClient.SendAsync(fake, DialectRequest.Post("/tokenize", new JsonObject { ["inputs"] = "twelve bytes" }));

        Assert.Equal(3, (int?)vllm.Json["count"]);
        Assert.Equal(3, llama.Json["tokens"]!.AsArray().Count);
        Assert.Equal(3, tei.Json[0]!.AsArray().Count);
    }

    [Fact]
    public async Task Ollama_shows_windows_and_tells_which_models_run_elsewhere()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "ollama", Models = { "llama3.2", "gpt-oss:120b-cloud" } });
        var local = await RawClient.SendAsync(fake, DialectRequest.Post("/api/show", new JsonObject { ["model"] = "llama3.2" }));
        var remote = await RawClient.SendAsync(fake, DialectRequest.Post("/api/show", new JsonObject { ["model"] = "gpt-oss:120b-cloud" }));
        var missing = await RawClient.SendAsync(fake, DialectRequest.Post("/api/show", new JsonObject { ["model"] = "other" }));

        Assert.Equal(131_072, (int?)local.Json["model_info"]!["llama.context_length"]);
        Assert.Null(local.Json["remote_host"]);
        Assert.Equal("https://ollama.com:443", (string?)remote.Json["remote_host"]);
        Assert.Equal((404, """{"error":"model 'other' not found"}"""), (missing.Status, missing.Text));
    }

    [Fact]
    public async Task Ollama_refuses_hosts_that_are_not_local()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "ollama" });
        var reply = await RawClient.SendAsync(fake, "GET /v1/models HTTP/1.1\r\nHost: ollama.example.org\r\n\r\n");

        Assert.Equal((403, 0), (reply.Status, reply.Body.Length));
    }
}
