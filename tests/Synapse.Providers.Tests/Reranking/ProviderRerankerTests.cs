using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Reranking;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Retrieval.Reranking;

namespace Synapse.Providers.Tests.Reranking;

public sealed class ProviderRerankerTests
{
    private static readonly EgressDocument s_document = new(1, 1, "a.md");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tei", "/rerank")]
    [InlineData("llamacpp", "/v1/rerank")]
    [InlineData("vllm", "/v1/rerank")]
    public async Task Scores_come_in_the_order_of_the_passages(string dialect, string path)
    {
        await using var bench = ProviderBench.Start(dialect, "rerank-sorted");
        var scores = await ScoreAsync(bench, "when do cats sleep", "Invoices are due.", "Cats sleep when they do.", "Dogs sleep.");
        Assert.True(scores[1] > scores[2] && scores[2] > scores[0], string.Join(' ', scores));
        var request = Assert.Single(bench.Server.Requests, request => request.Kind == RequestKind.Rerank);
        Assert.Equal((path, $"Bearer {ProviderBench.Key}"), (request.Path, request.Header("authorization")));
        Assert.Equal((1, 0), (bench.Statuses().List()[0].Requests, bench.Statuses().List()[0].Failures.Count));
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/", false, "http://127.0.0.1:8080/v1/rerank")]
    [InlineData("http://127.0.0.1:8080/", true, "http://127.0.0.1:8080/rerank")]
    [InlineData("https://api.jina.ai/v1", false, "https://api.jina.ai/v1/rerank")]
    [InlineData("https://api.cohere.com/v2", false, "https://api.cohere.com/v2/rerank")]
    [InlineData("https://gateway.example.com/vllm", false, "https://gateway.example.com/vllm/v1/rerank")]
    public void The_version_of_the_endpoint_is_kept(string endpoint, bool isTei, string address)
        => Assert.Equal(new Uri(address), RerankSource.AddressOf(new Uri(endpoint), isTei));

    [Fact]
    public async Task Passages_are_sent_in_batches_that_the_server_takes_and_cut_to_what_it_reads()
    {
        await using var bench = ProviderBench.Start("tei");
        var passages = Enumerable.Range(0, 70).Select(number => $"Passage {number}. {(number == 69 ? "cats sleep " + new string('x', 40_000) : "")}").ToArray();
        var scores = await ScoreAsync(bench, "cats sleep", passages);
        Assert.Equal(70, scores.Count);
        Assert.Equal(69, scores.Index().MaxBy(score => score.Item).Index);
        var sent = bench.Server.Requests.Where(request => request.Kind == RequestKind.Rerank).Select(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("texts")).ToArray();
        Assert.Equal([32, 32, 6], sent.Select(texts => texts.GetArrayLength()));
        Assert.InRange(sent[2][5].GetString()!.Length, 50, 39_000);
    }

    [Theory]
    [InlineData("429-seconds", ProviderFailure.Throttled)]
    [InlineData("500", ProviderFailure.Unavailable)]
    [InlineData("401", ProviderFailure.Auth)]
    public async Task A_failure_is_told_at_once_and_not_tried_again(string scenario, ProviderFailure failure)
    {
        await using var bench = ProviderBench.Start("llamacpp");
        bench.Server.SetScenario(RequestKind.Rerank, scenario);
        var error = await Assert.ThrowsAsync<ProviderException>(() => ScoreAsync(bench, "cats", "Cats.", "Dogs."));
        Assert.Equal(failure, error.Failure);
        Assert.Single(bench.Server.Requests, request => request.Kind == RequestKind.Rerank);
        Assert.Equal(1, bench.Statuses().List()[0].Failures.Values.Sum());
    }

    [Fact]
    public async Task The_next_reranker_takes_over()
    {
        await using var broken = ProviderBench.Start("vllm");
        broken.Server.SetScenario(RequestKind.Rerank, "500");
        await using var well = ProviderBench.Start("llamacpp");
        var reranker = new ProviderReranker(
            [broken.Connect(Settings(broken)), well.Connect(Settings(well, "second"))], well.Time, NullLogger<ProviderReranker>.Instance);
        Assert.Equal(2, (await ScoreAsync(reranker, "cats", "Cats.", "Dogs.")).Count);
    }

    private static ProviderSettings Settings(ProviderBench bench, string name = "first")
        => bench.Settings(name) with { ChatModel = null, EmbeddingModel = null, RerankModel = "reranker" };

    private static Task<IReadOnlyList<double>> ScoreAsync(ProviderBench bench, string query, params string[] passages)
        => ScoreAsync(new ProviderReranker([bench.Connect(Settings(bench))], bench.Time, NullLogger<ProviderReranker>.Instance), query, passages);

    private static async Task<IReadOnlyList<double>> ScoreAsync(ProviderReranker reranker, string query, params string[] passages)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Reranking, [s_document]);
        return await reranker.ScoreAsync(query, [.. passages.Select(text => new RerankPassage(s_document, text.AsMemory()))], Token);
    }
}
