using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval;

public sealed class SearcherTests
{
    private readonly HashingEmbedder _embedder = new();
    private readonly TextAnalyzer _analyzer = new();
    private readonly InMemoryLibrary _library;
    private readonly Searcher _searcher;

    public SearcherTests()
    {
        _library = new InMemoryLibrary(_embedder, _analyzer);
        _searcher = new Searcher(_library, new Embedders(_embedder), _analyzer, TimeProvider.System);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("?!  --")]
    public async Task Search_refuses_a_query_that_says_nothing(string query)
        => await Assert.ThrowsAsync<InvalidQueryException>(() => SearchAsync(query));

    [Fact]
    public async Task Search_refuses_a_query_of_more_than_two_thousand_characters()
    {
        await Assert.ThrowsAsync<InvalidQueryException>(() => SearchAsync(new string('a', 2_001)));
        Assert.Empty(await SearchAsync(new string('a', 2_000)));
    }

    [Fact]
    public async Task Search_finds_nothing_in_an_empty_library()
        => Assert.Empty(await SearchAsync("anything"));

    [Fact]
    public async Task Search_finds_nothing_where_neither_words_nor_meaning_match()
    {
        // Directions of words are pseudo-random here: about half of all unrelated words point away from the query.
        var words = Enumerable.Range(0, 40).Select(i => $"word{(char)('a' + i % 26)}{(char)('a' + i / 26)}").ToList();
        var query = _embedder.Embed("quasar");
        var away = words.Where(word => Similarity(query, _embedder.Embed(word)) < 0).ToList();
        Assert.InRange(away.Count, 1, words.Count - 1);
        foreach (var word in words)
        {
            _library.Add(1, $"{word}.txt", word);
        }

        var hits = await SearchAsync("quasar", limit: 100);
        Assert.Equal(words.Count - away.Count, hits.Count);
        Assert.All(hits, hit => Assert.True(hit.CosineSimilarity > 0));
    }

    [Fact]
    public async Task Search_accepts_a_query_in_a_script_without_spaces()
    {
        _library.Add(1, "a.txt", "東京の天気は晴れです");
        Assert.Equal("a.txt", (await SearchAsync("東京の天気"))[0].Chunk.Path);
    }

    [Fact]
    public async Task Score_is_the_sum_of_the_named_parts()
    {
        AddRetryLibrary();
        foreach (var hit in await SearchAsync("how does RetryPolicy wait between attempts"))
        {
            Assert.Equal(hit.Score, hit.Explanation.Sum(part => part.Value), precision: 9);
            Assert.Equal(hit.Explanation.Count, hit.Explanation.Select(part => part.Name).Distinct().Count());
        }
    }

    [Fact]
    public async Task Search_puts_the_definition_of_an_asked_symbol_before_its_uses()
    {
        AddRetryLibrary();
        var hits = await SearchAsync("RetryPolicy");
        Assert.Equal("src/RetryPolicy.cs", hits[0].Chunk.Path);
        Assert.Contains(hits[0].Explanation, part => part is { Name: "definition", Value: > 0 });
    }

    [Fact]
    public async Task Search_puts_tests_behind_code_unless_the_query_asks_for_tests()
    {
        AddRetryLibrary();
        Assert.Equal("src/RetryPolicy.cs", (await SearchAsync("retry policy attempts"))[0].Chunk.Path);
        Assert.Equal("tests/RetryPolicyTests.cs", (await SearchAsync("tests of the retry policy attempts"))[0].Chunk.Path);
    }

    [Fact]
    public async Task Search_reads_only_collections_of_the_scope()
    {
        _library.Add(1, "open.txt", "the launch code is hidden");
        _library.Add(2, "secret.txt", "the launch code is 1234");
        var result = await _searcher.SearchAsync(AccessScope.Of([1]), new SearchQuery("launch code"), TestContext.Current.CancellationToken);
        Assert.Equal(["open.txt"], result.Hits.Select(hit => hit.Chunk.Path));
        result = await _searcher.SearchAsync(AccessScope.Of([1]), new SearchQuery("launch code", [2]), TestContext.Current.CancellationToken);
        Assert.Empty(result.Hits);
    }

    [Fact]
    public async Task Search_passes_over_documents_that_were_removed_meanwhile()
    {
        var gone = _library.Add(1, "a.txt", "apples and pears");
        _library.Add(1, "b.txt", "apples and plums and much else besides");
        _library.Tamper(gone, null);
        Assert.Equal(["b.txt"], (await SearchAsync("apples", limit: 1)).Select(hit => hit.Chunk.Path));
    }

    [Fact]
    public async Task Search_gives_equal_chunks_the_order_of_their_paths()
    {
        _library.Add(1, "b/same.txt", "identical words here");
        _library.Add(1, "a/same.txt", "identical words here");
        _library.Add(1, "c/same.txt", "identical words here");
        Assert.Equal(["a/same.txt", "b/same.txt", "c/same.txt"], (await SearchAsync("identical words")).Select(hit => hit.Chunk.Path));
    }

    [Fact]
    public async Task Search_returns_at_most_the_limit()
    {
        for (var i = 0; i < 20; i++)
        {
            _library.Add(1, $"{i}.txt", $"a note about gardens number {i}");
        }

        Assert.Equal(7, (await SearchAsync("gardens", limit: 7)).Count);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SearchAsync("gardens", limit: 0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SearchAsync("gardens", limit: 101));
    }

    private static float Similarity(float[] left, float[] right) => System.Numerics.Tensors.TensorPrimitives.Dot(left, right);

    private async Task<IReadOnlyList<Hit>> SearchAsync(string query, int limit = 10)
        => (await _searcher.SearchAsync(AccessScope.Everything, new SearchQuery(query, Limit: limit), TestContext.Current.CancellationToken)).Hits;

    private void AddRetryLibrary()
    {
        _library.AddCode(1, "src/RetryPolicy.cs", ("Net.RetryPolicy", "class RetryPolicy\n{\n    int attempts;\n    void Wait(int attempt) { Delay(attempt); }\n}\n"));
        _library.AddCode(1, "src/Client.cs", ("Net.Client", "class Client\n{\n    RetryPolicy policy = new RetryPolicy();\n    RetryPolicy Policy => policy; // RetryPolicy attempts\n}\n"));
        _library.AddCode(1, "tests/RetryPolicyTests.cs", ("Net.RetryPolicyTests", "class RetryPolicyTests\n{\n    void Policy_retries_attempts() { new RetryPolicy().attempts(); }\n}\n"));
    }
}
