using Synapse.Embedding;
using Synapse.Library;

namespace Synapse.StoreConformance;

/// <summary>The nearest of all embeddings are found.</summary>
public abstract class VectorSearchSuite(StoreHarness harness) : StoreSuite(harness)
{
    [Fact]
    public async Task Vector_search_gives_the_true_nearest_within_the_rounding_of_the_store()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var random = new Random(5);
        var texts = Enumerable.Range(0, 400).Select(_ => string.Join(' ', Enumerable.Range(0, 6).Select(_ => $"w{random.Next(60)}"))).ToArray();
        foreach (var part in texts.Chunk(90))
        {
            await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, $"{part[0]}.txt", part)), Token);
        }

        await using var snapshot = await Harness.Search.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var query = TestDocuments.Embed("w1 w2 w3");
        var found = await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(StoreHarness.Space, query), 20, Token);
        var expected = texts.Select(text => TestDocuments.Embed(text).Zip(query, (a, b) => a * b).Sum()).OrderDescending().Take(20).ToArray();
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.Second, pair.First.Score, 0.01));
        Assert.Equal(found.Select(each => each.Score), await snapshot.ScoreEmbeddingAsync(QueryEmbeddings.Of(StoreHarness.Space, query), [.. found.Select(each => each.Key)], Token));
        Assert.Empty(await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(StoreHarness.Space, new float[query.Length]), 20, Token));
    }
}
