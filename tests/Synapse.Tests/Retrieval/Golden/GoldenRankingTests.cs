using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval.Golden;

/// <summary>Queries over a small made-up project of code and documents, cut by the product's chunker. A change of the first hits is a change that users see.</summary>
public sealed class GoldenRankingTests
{
    private readonly Searcher _searcher;

    public GoldenRankingTests()
    {
        var (embedder, analyzer) = (new HashingEmbedder(), new TextAnalyzer());
        var library = new InMemoryLibrary(embedder, analyzer);
        foreach (var (path, language, text) in GoldenCorpus.Files)
        {
            library.Add(1, path, text, [.. Chunker.Chunk(text, language)]);
        }

        _searcher = new Searcher(library, new Embedders(embedder), analyzer, TimeProvider.System);
    }

    [Theory]
    [InlineData("TokenBucket", "src/limits/TokenBucket.cs")]
    [InlineData("TokenBucket.TryTake", "src/limits/TokenBucket.cs")]
    [InlineData("how are requests limited per minute", "src/limits/TokenBucket.cs")]
    [InlineData("where are passwords hashed", "src/auth/password_hasher.py")]
    [InlineData("tests of the password hasher", "tests/auth/test_password_hasher.py")]
    [InlineData("verify_password", "src/auth/password_hasher.py")]
    [InlineData("session cookie lifetime", "src/auth/sessions.py")]
    [InlineData("retry failed http requests with backoff", "src/net/http_client.go")]
    [InlineData("how many days of parental leave", "docs/handbook.md")]
    [InlineData("travel expenses receipts", "docs/handbook.md")]
    [InlineData("install on linux", "README.md")]
    [InlineData("changelog of version 2", "CHANGELOG.md")]
    [InlineData("example of a rate limited client", "examples/limited_client.py")]
    [InlineData("legacy cookie parser", "src/compat/cookies.py")]
    public async Task First_hit_is_the_file_that_answers(string query, string path)
        => Assert.Equal(path, (await SearchAsync(query))[0].Chunk.Path);

    [Fact]
    public async Task Same_query_gives_the_same_hits_and_scores()
    {
        var first = await SearchAsync("how are requests limited");
        var second = await SearchAsync("how are requests limited");
        Assert.Equal(first.Select(hit => (hit.Chunk.Key, hit.Score)), second.Select(hit => (hit.Chunk.Key, hit.Score)));
    }

    [Fact]
    public async Task Parts_of_every_hit_add_up()
    {
        foreach (var query in new[] { "TokenBucket", "how are requests limited per minute", "parental leave", "tests of cookies" })
        {
            Assert.All(await SearchAsync(query), hit => Assert.Equal(hit.Score, hit.Explanation.Sum(part => part.Value), precision: 9));
        }
    }

    private async Task<IReadOnlyList<Hit>> SearchAsync(string query)
        => (await _searcher.SearchAsync(AccessScope.Everything, new SearchQuery(query), TestContext.Current.CancellationToken)).Hits;
}
