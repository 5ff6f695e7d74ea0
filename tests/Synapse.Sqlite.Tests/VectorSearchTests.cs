using Synapse.Embedding;
using Synapse.Library;
using Synapse.Sqlite.Search;
using Synapse.Sqlite.Tests.TestSupport;

namespace Synapse.Sqlite.Tests;

public sealed class VectorSearchTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Vector_search_gives_the_true_nearest_within_the_rounding_of_eight_bits()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        var random = new Random(5);
        var texts = Enumerable.Range(0, 400).Select(_ => string.Join(' ', Enumerable.Range(0, 6).Select(_ => $"w{random.Next(60)}"))).ToArray();
        foreach (var part in texts.Chunk(90))
        {
            await _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, $"{part[0]}.txt", part)), Token);
        }

        await using var snapshot = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var query = TestDocuments.Embed("w1 w2 w3");
        var found = await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(StoreFolder.Space, query), 20, Token);
        var expected = texts.Select(text => TestDocuments.Embed(text).Zip(query, (a, b) => a * b).Sum()).OrderDescending().Take(20).ToArray();
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second, pair.First.Score, 0.01));
        Assert.Equal(found.Select(each => each.Score), await snapshot.ScoreEmbeddingAsync(QueryEmbeddings.Of(StoreFolder.Space, query), [.. found.Select(each => each.Key)], Token));
        Assert.Empty(await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(StoreFolder.Space, new float[query.Length]), 20, Token));
    }

    [Fact]
    public async Task In_a_large_view_the_signs_miss_hardly_any_of_the_nearest()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        var random = new Random(6);
        var words = Enumerable.Range(0, 2_000).Select(i => TestDocuments.Embed($"w{i}")).ToArray();
        var vectors = Enumerable.Range(0, VectorSearch.CompareAllRows + 4_001).Select(_ => Mean(words, random)).ToArray();
        foreach (var part in vectors.Chunk(17_000))
        {
            var version = TestDocuments.Make(source.Id, $"{random.Next()}.txt", [.. part.Select(_ => "x")]);
            await _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, version with { Embeddings = part.SelectMany(vector => vector).ToArray() }), Token);
        }

        await using var snapshot = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var missed = 0;
        for (var i = 0; i < 5; i++)
        {
            var query = Mean(words, random);
            var found = await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(StoreFolder.Space, query), 10, Token);
            var expected = vectors.Select(vector => vector.Zip(query, (x, y) => x * y).Sum()).OrderDescending().Take(10).ToArray();
            Assert.Equal(10, found.Select(each => each.Key).Distinct().Count());
            missed += found.Zip(expected).Count(pair => Math.Abs(pair.First.Score - pair.Second) > 0.01);
        }

        // The vectors here have few dimensions and random words: harder to tell by signs than any text.
        Assert.InRange(missed, 0, 5);
    }

    /// <summary>A text of three to eight words.</summary>
    private static float[] Mean(float[][] words, Random random)
    {
        var sum = new float[StoreFolder.Space.Dimensions];
        for (var i = random.Next(3, 9); i > 0; i--)
        {
            var word = words[random.Next(words.Length)];
            for (var k = 0; k < sum.Length; k++)
            {
                sum[k] += word[k];
            }
        }

        var length = MathF.Sqrt(sum.Sum(value => value * value));
        return [.. sum.Select(value => value / length)];
    }
}
