using Synapse.Embedding;
using Synapse.Library;
using Synapse.Sqlite.Search;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.StoreConformance;

namespace Synapse.Sqlite.Tests;

public sealed class VectorSearchTests() : VectorSearchSuite(new SqliteHarness())
{
    [Fact]
    public async Task In_a_large_view_the_signs_miss_hardly_any_of_the_nearest()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var random = new Random(6);
        var words = Enumerable.Range(0, 2_000).Select(i => TestDocuments.Embed($"w{i}")).ToArray();
        var vectors = Enumerable.Range(0, VectorSearch.CompareAllRows + 4_001).Select(_ => Mean(words, random)).ToArray();
        foreach (var part in vectors.Chunk(17_000))
        {
            var version = TestDocuments.Make(source.Id, $"{random.Next()}.txt", [.. part.Select(_ => "x")]);
            await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, version with { Embeddings = part.SelectMany(vector => vector).ToArray() }), Token);
        }

        await using var snapshot = await Harness.Search.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var missed = 0;
        for (var i = 0; i < 5; i++)
        {
            var query = Mean(words, random);
            var found = await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(StoreHarness.Space, query), 10, Token);
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
        var sum = new float[StoreHarness.Space.Dimensions];
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
