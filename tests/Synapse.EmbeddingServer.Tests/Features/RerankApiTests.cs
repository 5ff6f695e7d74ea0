using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Tests.TestSupport;

namespace Synapse.EmbeddingServer.Tests.Features;

public sealed class RerankApiTests(ServiceFixture fixture)
{
    private const string Path = "/v1/rerank";
    private static readonly string[] Documents = ["the red cat", "an invoice for the contract", "rain and sun", "the policy of the server"];

    private RunningService Service => fixture.Service;

    [Theory]
    [InlineData("/v1/rerank")]
    [InlineData("/rerank")]
    public async Task Documents_come_back_best_first_with_scores_between_0_and_1(string path)
    {
        var reply = await Service.PostAsync(path, new { model = TestModels.Reranker, query = "where is the cat", documents = Documents });

        Assert.True(reply.Status == 200, reply.Body);
        Assert.Equal(TestModels.Reranker, reply.Json.GetProperty("model").GetString());
        var results = Results(reply);
        Assert.Equal([0, 1, 2, 3], results.Select(result => result.Index).Order());
        Assert.Equal(results.OrderByDescending(result => result.Score).Select(result => result.Index), results.Select(result => result.Index));
        Assert.All(results, result => Assert.InRange(result.Score, 0, 1));
        Assert.DoesNotContain("document", reply.Json.GetProperty("results")[0].EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Raw_scores_are_the_numbers_before_the_sigmoid_in_the_same_order()
    {
        var plain = Results(await Service.PostAsync(Path, new { query = "cat", documents = Documents }));
        var raw = Results(await Service.PostAsync(Path, new { query = "cat", documents = Documents, raw_scores = true }));

        Assert.Equal(plain.Select(result => result.Index), raw.Select(result => result.Index));
        Assert.All(plain.Zip(raw), pair => Assert.Equal(1 / (1 + Math.Exp(-pair.Second.Score)), pair.First.Score, 1e-5));
    }

    [Fact]
    public async Task Top_n_and_return_documents_are_kept_and_documents_may_be_objects()
    {
        var all = Results(await Service.PostAsync(Path, new { query = "cat", documents = Documents }));
        var reply = await Service.PostAsync(Path, new { query = "cat", documents = Documents.Select(text => new { text }).ToArray(), top_n = 2, return_documents = true });

        Assert.Equal(all.Take(2).Select(result => result.Index), Results(reply).Select(result => result.Index));
        Assert.All(reply.Json.GetProperty("results").EnumerateArray(), result
            => Assert.Equal(Documents[result.GetProperty("index").GetInt32()], result.GetProperty("document").GetProperty("text").GetString()));
        Assert.Equal(Documents.Length, Results(await Service.PostAsync(Path, new { query = "cat", documents = Documents, top_n = 100 })).Length);
    }

    [Fact]
    public async Task The_usage_is_what_the_model_reads_of_each_pair()
    {
        // [CLS] cat [SEP] the red cat [SEP] and [CLS] cat [SEP] rain [SEP].
        var usage = (await Service.PostAsync(Path, """{"query": "cat", "documents": ["the red cat", "rain"]}""")).Json.GetProperty("usage");

        Assert.Equal((12, 12), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
    }

    [Fact]
    public async Task A_pair_that_is_cut_counts_what_the_model_reads_and_too_many_tokens_are_refused_before_anything_runs()
    {
        using var folder = new TemporaryFolder();
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteReranker(folder)], MaxRequestTokens = TestModels.MaxTokens });
        var longest = string.Concat(Enumerable.Repeat("cat ", 3_000));

        var cut = await service.PostAsync(Path, new { query = "cat", documents = new[] { longest } });
        var refused = await service.PostAsync(Path, new { query = "cat", documents = new[] { longest, "rain" } });

        Assert.Equal((200, TestModels.MaxTokens), (cut.Status, cut.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32()));
        Assert.Equal((413, "request_too_large", "documents"), (refused.Status, refused.ErrorCode, refused.ErrorParam));
        Assert.Contains("max 64 tokens per request", refused.Body, StringComparison.Ordinal);
        Assert.Equal(1, await service.MeasureAsync("""synapse_embedding_inputs_total{model="tiny-reranker"}"""));
        Assert.Equal(TestModels.MaxTokens, await service.MeasureAsync("""synapse_embedding_tokens_total{model="tiny-reranker"}"""));
    }

    [Theory]
    [InlineData("""{"documents": ["a"]}""", 400, "query")]
    [InlineData("""{"query": "", "documents": ["a"]}""", 400, "query")]
    [InlineData("""{"query": 1, "documents": ["a"]}""", 400, "query")]
    [InlineData("""{"query": "a"}""", 400, "documents")]
    [InlineData("""{"query": "a", "documents": []}""", 400, "documents")]
    [InlineData("""{"query": "a", "documents": "b"}""", 400, "documents")]
    [InlineData("""{"query": "a", "documents": ["b", ""]}""", 400, "documents[1]")]
    [InlineData("""{"query": "a", "documents": [{"title": "b"}]}""", 400, "documents[0]")]
    [InlineData("""{"query": "a", "documents": [1]}""", 400, "documents[0]")]
    [InlineData("""{"query": "a", "documents": ["b"], "top_n": 0}""", 400, "top_n")]
    [InlineData("""{"query": "a", "documents": ["b"], "return_documents": "yes"}""", 400, "return_documents")]
    [InlineData("""{"query": "a", "documents": ["b"], "model": "tiny-embedder"}""", 400, "model")]
    [InlineData("""{"query": "a", "documents": ["b"], "model": "other"}""", 404, "model")]
    public async Task A_wrong_request_is_refused_by_field(string body, int status, string param)
    {
        var reply = await Service.PostAsync(Path, body);

        Assert.NotNull(reply.ErrorCode);
        Assert.Equal((status, param), (reply.Status, reply.ErrorParam));
    }

    private static (int Index, double Score)[] Results(Reply reply)
        => [.. reply.Json.GetProperty("results").EnumerateArray().Select(result => (result.GetProperty("index").GetInt32(), result.GetProperty("relevance_score").GetDouble()))];
}
