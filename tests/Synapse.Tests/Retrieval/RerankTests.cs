using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Retrieval.Reranking;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval;

/// <summary>The last stage of a search, with a reranker that scores by what the test says.</summary>
public sealed class RerankTests
{
    private readonly HashingEmbedder _builtIn = new();
    private readonly TextAnalyzer _analyzer = new();
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryLibrary _library;
    private readonly ScriptedReranker _reranker = new();

    public RerankTests()
    {
        _library = new InMemoryLibrary(_builtIn, _analyzer);
        _library.Add(1, "a.txt", "the notice period notice period of a contract");
        _library.Add(1, "b.txt", "the notice period is three months");
        _library.Add(1, "c.txt", "a period of rain brings no notice of sun to the garden");
        const string rules = "# Rules\n\nwithout notice the period is long";
        _library.Add(1, "d.md", rules, new Chunk(0, 9, rules.Length, 3, 3, ChunkKind.Prose, "Rules", null, false));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_read_is_ordered_by_its_scores_and_stays_before_the_rest()
    {
        var plain = (await SearchAsync(depth: null)).Hits;
        var last = plain[1].Chunk.Path;
        _reranker.Score = text => plain[1].Text.Contains(text, StringComparison.Ordinal) || text.EndsWith(plain[1].Text, StringComparison.Ordinal) ? 3.5 : -7;
        var result = await SearchAsync(depth: 2);
        Assert.Equal([last, plain[0].Chunk.Path, .. plain.Skip(2).Select(hit => hit.Chunk.Path)], result.Hits.Select(hit => hit.Chunk.Path));
        Assert.Equal(2, result.Hits[0].Explanation.Single(part => part.Name == "rerank").Value);
        Assert.All(result.Hits.Skip(1), hit => Assert.DoesNotContain(hit.Explanation, part => part.Name == "rerank"));
        Assert.All(result.Hits, hit => Assert.Equal(hit.Score, hit.Explanation.Sum(part => part.Value), 9));
        Assert.Empty(result.Degraded);
    }

    [Fact]
    public async Task The_request_carries_the_documents_of_its_passages_and_their_headings()
    {
        await SearchAsync(depth: 30);
        var (purpose, documents, query, texts) = Assert.Single(_reranker.Requests);
        Assert.Equal((EgressPurpose.Reranking, "notice period"), (purpose, query));
        Assert.Equal(["a.txt", "b.txt", "c.txt", "d.md"], documents.Select(document => document.Path).Order());
        Assert.Contains(texts, text => text == "Rules\nwithout notice the period is long");
    }

    [Fact]
    public async Task Scores_that_are_all_the_same_change_nothing()
    {
        var plain = (await SearchAsync(depth: null)).Hits;
        _reranker.Score = _ => 0.5;
        Assert.Equal(plain.Select(hit => hit.Chunk.Key), (await SearchAsync(depth: 30)).Hits.Select(hit => hit.Chunk.Key));
    }

    [Fact]
    public async Task A_reranker_that_is_late_is_not_waited_for_and_the_order_stands()
    {
        var plain = (await SearchAsync(depth: null)).Hits;
        _reranker.Gate = new TaskCompletionSource().Task;
        var searching = SearchAsync(depth: 30);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(searching.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        var result = await searching;
        Assert.Equal(plain.Select(hit => hit.Chunk.Key), result.Hits.Select(hit => hit.Chunk.Key));
        var note = Assert.Single(result.Degraded);
        Assert.Equal((DegradedStage.Reranking, Degradation.RerankTooLate), (note.Stage, note.Code));
        Assert.Equal("The passages were not reranked. 'scripted' was not done within 2 s.", note.Describe([]));
    }

    public static TheoryData<SynapseException, string> Failures => new()
    {
        { ProviderFake.Fault(ProviderFailure.Unavailable), "provider_unavailable" },
        { new LocalOnlyException("a passage is of 'secret', which is local only."), "local_only" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_reranker_that_fails_leaves_the_order_and_the_search_says_so(SynapseException failure, string code)
    {
        _reranker.Failure = failure;
        var result = await SearchAsync(depth: 30);
        Assert.Equal(4, result.Hits.Count);
        Assert.Equal((code, failure.Message), (Assert.Single(result.Degraded).Code, result.Degraded[0].Reason));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task Scores_that_are_no_numbers_are_not_used(double score)
    {
        _reranker.Score = _ => score;
        Assert.Equal("provider_protocol_error", Assert.Single((await SearchAsync(depth: 30)).Degraded).Code);
    }

    [Fact]
    public async Task A_search_that_is_stopped_stops_and_is_not_called_degraded()
    {
        _reranker.Gate = new TaskCompletionSource().Task;
        using var stop = new CancellationTokenSource();
        var searching = SearchAsync(depth: 30, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => searching);
    }

    private Task<SearchResult> SearchAsync(int? depth, CancellationToken? cancellationToken = null)
    {
        var options = Options.Create(new RetrievalOptions { RerankDepth = depth ?? 30 });
        var searcher = new Searcher(_library, new Embedders(_builtIn), _analyzer, options, _time, depth is null ? null : _reranker);
        return searcher.SearchAsync(AccessScope.Everything, new SearchQuery("notice period"), cancellationToken ?? Token);
    }

    private sealed class ScriptedReranker : IReranker
    {
        public Func<string, double> Score { get; set; } = static text => text.Length;

        public Task Gate { get; set; } = Task.CompletedTask;

        public SynapseException? Failure { get; set; }

        public List<(EgressPurpose? Purpose, IReadOnlyCollection<EgressDocument> Documents, string Query, IReadOnlyList<string> Texts)> Requests { get; } = [];

        public string Model => "scripted";

        public async ValueTask<IReadOnlyList<double>> ScoreAsync(string query, IReadOnlyList<RerankPassage> passages, CancellationToken cancellationToken)
        {
            Requests.Add((EgressActivity.Current?.Purpose, [.. EgressActivity.Current?.Documents ?? []], query, [.. passages.Select(passage => passage.Text.ToString())]));
            await Gate.WaitAsync(cancellationToken);
            return Failure is null ? [.. passages.Select(passage => Score(passage.Text.ToString()))] : throw Failure;
        }
    }
}
