using System.Net.Http.Json;
using System.Text.Json;
using Synapse.ModelServers.Tests.TestSupport;

namespace Synapse.ModelServers.Tests;

/// <summary>The tiny models do what the other tests build on, on the real server.</summary>
public sealed class LlamaServerTests(TinyModels models)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_fixed_model_says_its_sentence()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token);
        using var http = new HttpClient { BaseAddress = server.Address };

        var reply = await PostAsync(http, "/v1/chat/completions", """{"messages":[{"role":"user","content":"What is the notice period?"}],"temperature":0}""");

        Assert.Equal(TinyModels.FixedText, reply.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!.Trim());
        Assert.Equal("stop", reply.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task The_endless_model_writes_until_its_limit()
    {
        await using var server = await LlamaServer.StartAsync(models.Endless, Token);
        using var http = new HttpClient { BaseAddress = server.Address };

        var reply = await PostAsync(http, "/v1/chat/completions", """{"messages":[{"role":"user","content":"Go on."}],"temperature":0,"max_tokens":50}""");

        Assert.Equal("length", reply.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(50, reply.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Texts_that_share_words_are_close_for_the_embedder()
    {
        await using var server = await LlamaServer.StartAsync(models.Embedder, Token, "--embedding", "--pooling", "mean");
        using var http = new HttpClient { BaseAddress = server.Address };

        var reply = await PostAsync(http, "/v1/embeddings", """{"input":["how to reset a password","password reset for user","the weather is rain"]}""");

        var vectors = reply.GetProperty("data").EnumerateArray()
            .Select(item => item.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()).ToArray())
            .ToArray();
        Assert.All(vectors, vector => Assert.Equal(TinyModels.EmbeddingDimensions, vector.Length));
        Assert.True(Dot(vectors[0], vectors[1]) > Dot(vectors[0], vectors[2]) + 0.1);
    }

    [Fact]
    public async Task The_reranker_gives_every_passage_a_score()
    {
        await using var server = await LlamaServer.StartAsync(models.Reranker, Token, "--rerank");
        using var http = new HttpClient { BaseAddress = server.Address };

        var reply = await PostAsync(http, "/v1/rerank", """{"query":"reset password","documents":["password reset","weather"]}""");

        Assert.Equal([0, 1], reply.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("index").GetInt32()).Order());
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, Token);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Token));
        return await response.Content.ReadFromJsonAsync<JsonElement>(Token);
    }

    private static float Dot(float[] left, float[] right) => left.Zip(right, (x, y) => x * y).Sum();
}
