using Microsoft.Extensions.Time.Testing;
using Synapse.Answering;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval;

/// <summary>Search over collections of different models, and over those whose provider is down.</summary>
public sealed class SeveralSpacesTests
{
    private const long Local = 1;
    private const long Cloud = 2;

    private readonly HashingEmbedder _builtIn = new();
    private readonly ProviderFake _provider = new();
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryLibrary _library;
    private readonly Embedders _embedders;
    private readonly Searcher _searcher;

    public SeveralSpacesTests()
    {
        var analyzer = new TextAnalyzer();
        _library = new InMemoryLibrary(_builtIn, analyzer);
        _library.Use(Cloud, new HashingEmbedder(_provider.Space.Model, _provider.Space.Dimensions));
        _embedders = new Embedders(_builtIn, _provider);
        _searcher = new Searcher(_library, _embedders, analyzer, _time);
        _library.Add(Local, "contract.txt", "the notice period of this contract is three months");
        _library.Add(Local, "garden.txt", "tulips and roses stand in the garden");
        _library.Add(Cloud, "wiki.txt", "the notice period of employees is four weeks");
        _library.Add(Cloud, "kitchen.txt", "the kitchen is cleaned on fridays");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collections_of_two_models_are_searched_together_by_words_and_by_meaning()
    {
        var result = await SearchAsync("notice period");
        Assert.Equal(["contract.txt", "wiki.txt"], result.Hits.Take(2).Select(hit => hit.Chunk.Path).Order());
        Assert.All(result.Hits.Take(2), hit => Assert.Contains(hit.Explanation, part => part is { Name: "vector", Value: > 0 }));
        Assert.Empty(result.Degraded);
    }

    [Theory]
    [InlineData(ProviderFailure.Unavailable, "provider_unavailable")]
    [InlineData(ProviderFailure.Auth, "provider_auth_failed")]
    [InlineData(ProviderFailure.QuotaExhausted, "provider_quota_exhausted")]
    public async Task A_provider_that_fails_leaves_its_collections_to_be_found_by_words_and_says_so(ProviderFailure failure, string code)
    {
        _provider.Failure = failure;
        await AssertDegradedAsync(code, $"The provider 'cloud' failed: {failure}.");
    }

    [Fact]
    public async Task A_provider_whose_space_cannot_be_asked_for_leaves_its_collections_to_be_found_by_words()
    {
        _provider.IsSpaceUnknown = true;
        await AssertDegradedAsync("provider_unavailable", "The provider 'cloud' failed: Unavailable.");
    }

    [Fact]
    public async Task A_model_that_is_not_configured_any_more_leaves_its_collections_to_be_found_by_words()
    {
        var searcher = new Searcher(_library, new Embedders(_builtIn), new TextAnalyzer(), _time);
        var result = await searcher.SearchAsync(AccessScope.Everything, new SearchQuery("notice period"), Token);
        Assert.Equal(Degradation.EmbeddingNotConfigured, Assert.Single(result.Degraded).Code);
        Assert.Contains(result.Hits, hit => hit.Chunk.Path == "wiki.txt");
    }

    [Fact]
    public async Task A_provider_that_is_late_is_not_waited_for()
    {
        var never = new TaskCompletionSource();
        _provider.QueryGate = never.Task;
        var searching = SearchAsync("notice period");
        Assert.False(searching.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(searching.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        var result = await searching;
        var degraded = Assert.Single(result.Degraded);
        Assert.Equal((Degradation.EmbeddingTooLate, "'cloud-large' did not embed the query within 2 s."), (degraded.Code, degraded.Reason));
        Assert.Contains(result.Hits, hit => hit.Chunk.Path == "wiki.txt");
    }

    [Fact]
    public async Task A_search_that_is_stopped_stops_and_is_not_called_degraded()
    {
        _provider.QueryGate = new TaskCompletionSource().Task;
        using var stop = new CancellationTokenSource();
        var searching = _searcher.SearchAsync(AccessScope.Everything, new SearchQuery("notice period"), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => searching);
    }

    [Fact]
    public async Task A_collection_of_the_built_in_model_is_searched_without_asking_any_provider()
    {
        _provider.Failure = ProviderFailure.Unavailable;
        _provider.QueryGate = new TaskCompletionSource().Task;
        var result = await _searcher.SearchAsync(AccessScope.Everything, new SearchQuery("notice period", [Local]), Token);
        Assert.Equal("contract.txt", result.Hits[0].Chunk.Path);
        Assert.Empty(result.Degraded);
    }

    [Fact]
    public async Task Evidence_of_a_hit_is_that_of_the_built_in_model_whichever_model_its_collection_has()
    {
        foreach (var failure in (ProviderFailure?[])[null, ProviderFailure.Unavailable])
        {
            _provider.Failure = failure;
            var result = await _searcher.SearchAsync(AccessScope.Everything, new SearchQuery("notice period of employees", [Cloud]), Token);
            var expected = System.Numerics.Tensors.TensorPrimitives.Dot(_builtIn.Embed("notice period of employees"), _builtIn.Embed(result.Hits[0].Text));
            // All four words are in it: coverage 1.
            Assert.Equal(0.3 + 0.7 * expected, Evidence.Of(result), precision: 5);
        }
    }

    [Fact]
    public async Task An_answer_quotes_and_notes_what_was_searched_by_words_alone()
    {
        _provider.Failure = ProviderFailure.Unavailable;
        var events = new List<AnswerEvent>();
        var answerer = new ExtractiveAnswerer(_searcher, _library, _embedders);
        await foreach (var next in answerer.AnswerAsync(AccessScope.Everything, new Question("notice period of employees"), Token))
        {
            events.Add(next);
        }

        Assert.Equal([Cloud], Assert.Single(Assert.IsType<PassagesFound>(events[0]).Degraded).CollectionIds);
        var answer = Assert.IsType<AnswerCompleted>(events[^1]).Answer;
        Assert.Contains(answer.Citations, citation => citation.Path == "wiki.txt" && citation.Verified);
    }

    private async Task AssertDegradedAsync(string code, string reason)
    {
        var result = await SearchAsync("notice period");
        var degraded = Assert.Single(result.Degraded);
        Assert.Equal((code, reason, DegradedStage.Embedding), (degraded.Code, degraded.Reason, degraded.Stage));
        Assert.Equal([Cloud], degraded.CollectionIds);
        Assert.Equal(["contract.txt", "wiki.txt"], result.Hits.Take(2).Select(hit => hit.Chunk.Path).Order());
        var words = result.Hits.Single(hit => hit.Chunk.Path == "wiki.txt");
        Assert.DoesNotContain(words.Explanation, part => part.Name == "vector");
    }

    private Task<SearchResult> SearchAsync(string query) => _searcher.SearchAsync(AccessScope.Everything, new SearchQuery(query), Token);
}
