using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.StoreConformance;

/// <summary>Each collection lives in an embedding space of its own, and moves to another without ever being away.</summary>
public abstract class EmbeddingSpaceSuite(StoreHarness harness) : StoreSuite(harness)
{
    private static readonly EmbeddingSpace s_large = new("large", 1_536, "query: ", "passage: ");

    [Fact]
    public async Task Two_collections_of_different_spaces_are_searched_together_each_in_its_own()
    {
        var (small, smallSource) = await Harness.AddCollectionAsync("small");
        var (large, largeSource) = await Harness.AddCollectionAsync("large", s_large);
        await CommitAsync(small.Id, TestDocuments.Make(smallSource.Id, "a.txt", "apple banana", "cherry"));
        await CommitAsync(large.Id, TestDocuments.Make(s_large, largeSource.Id, "b.txt", "apple banana", "damson"));
        for (var opened = 0; opened < 2; opened++)
        {
            await using var snapshot = await OpenAsync();
            Assert.Equal([(StoreHarness.Space, small.Id), (s_large, large.Id)], snapshot.Spaces.Select(each => (each.Space, each.CollectionIds.Single())));
            var query = new QueryEmbeddings([.. TestDocuments.Query("apple banana", s_large).BySpace, .. TestDocuments.Query("apple banana").BySpace]);
            var found = await snapshot.FindByEmbeddingAsync(query, 1, Token);
            Assert.Equal(["b.txt", "a.txt"], (await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token)).Select(each => each.Path));
            Assert.All(found, each => Assert.Equal(1, each.Score, 0.01));
            var described = await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token);
            Assert.Equal([s_large.Fingerprint, StoreHarness.Space.Fingerprint], described.Select(each => each.SpaceFingerprint));
            Assert.Equal(found.Select(each => each.Score), await snapshot.ScoreEmbeddingAsync(query, [.. found.Select(each => each.Key)], Token));
            // Without the query's embedding in a space, its chunks have no similarity; words find both.
            Assert.Equal([0f, found[1].Score], await snapshot.ScoreEmbeddingAsync(TestDocuments.Query("apple banana"), [.. found.Select(each => each.Key)], Token));
            Assert.Equal(2, (await snapshot.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token)).Count);
            Harness.Close();
        }

        var summaries = await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token);
        Assert.Equal([("large", "large"), ("small", "test")], summaries.Select(each => (each.Collection.Name, each.EmbeddingModel!)));
    }

    [Fact]
    public async Task Pointing_a_collection_to_another_space_keeps_words_and_old_vectors_until_each_document_is_embedded_anew()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var (other, otherSource) = await Harness.AddCollectionAsync("other");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "b.txt", "banana"));
        await CommitAsync(other.Id, TestDocuments.Make(otherSource.Id, "c.txt", "cherry"));
        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, s_large, Token);
        Assert.Equal(s_large, await Harness.Ingestion.FindEmbeddingSpaceAsync(collection.Id, Token));
        for (var opened = 0; opened < 2; opened++)
        {
            await using var snapshot = await OpenAsync();
            Assert.Equal(3, (await snapshot.FindByEmbeddingAsync(TestDocuments.Query("apple"), 10, Token)).Count);
            Assert.Single(await snapshot.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
            Assert.All(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token), state => Assert.Equal("", state.ContentHash));
            Assert.All(await Harness.Ingestion.ListDocumentStatesAsync(otherSource.Id, Token), state => Assert.NotEqual("", state.ContentHash));
            Harness.Close();
        }

        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "a.txt", "apple"));
        await Harness.RunMaintenanceAsync(Token);
        for (var opened = 0; opened < 2; opened++)
        {
            await using var after = await OpenAsync();
            Assert.Equal(["b.txt", "c.txt"], await PathsAsync(after, TestDocuments.Query("apple")));
            Assert.Equal(["a.txt"], await PathsAsync(after, TestDocuments.Query("apple", s_large)));
            Assert.Equal(3, after.ChunkCount);
            Assert.Equal(2, after.Spaces.Count);
            Harness.Close();
        }

        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "b.txt", "banana"));
        await using var last = await OpenAsync();
        Assert.Equal([(StoreHarness.Space, other.Id), (s_large, collection.Id)], last.Spaces.Select(each => (each.Space, each.CollectionIds.Single())).OrderByDescending(each => each.Item1.Model));
    }

    [Fact]
    public async Task Pointing_back_finds_the_documents_that_were_not_embedded_anew_as_they_were()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "b.txt", "banana"));
        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, s_large, Token);
        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "a.txt", "apple"));
        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
        var states = await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token);
        Assert.Equal([("a.txt", false), ("b.txt", true)], states.Select(state => (state.Path, state.ContentHash != "")).Order());
    }

    [Fact]
    public async Task Many_commits_in_two_spaces_are_merged_without_mixing_them()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        for (var i = 0; i < 20; i++)
        {
            await CommitAsync(collection.Id, TestDocuments.Make(source.Id, $"{i}.txt", $"word{i}"));
        }

        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, s_large, Token);
        for (var i = 0; i < 10; i++)
        {
            await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, $"{i}.txt", $"word{i}"));
        }

        await Harness.RunMaintenanceAsync(Token);
        for (var opened = 0; opened < 2; opened++)
        {
            await using var snapshot = await OpenAsync();
            Assert.Equal(20, snapshot.ChunkCount);
            Assert.Equal(10, (await snapshot.FindByEmbeddingAsync(TestDocuments.Query("word3"), 100, Token)).Count);
            var near = await snapshot.FindByEmbeddingAsync(TestDocuments.Query("word3", s_large), 100, Token);
            Assert.Equal(10, near.Count);
            Assert.Equal("3.txt", (await snapshot.DescribeAsync([near[0].Key], Token))[0].Path);
            Assert.Equal(1, near[0].Score, 0.01);
            Harness.Close();
        }
    }

    [Fact]
    public async Task A_batch_made_for_another_space_is_refused_as_a_whole()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var sameSize = new EmbeddingSpace("same size", StoreHarness.Space.Dimensions);
        var batch = TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")) with { SpaceFingerprint = sameSize.Fingerprint };
        await Assert.ThrowsAsync<EmbeddingSpaceChangedException>(() => Harness.Ingestion.CommitAsync(batch, Token).AsTask());
        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, sameSize, Token);
        await Harness.Ingestion.CommitAsync(batch, Token);
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Harness.Ingestion.UseEmbeddingSpaceAsync(99, sameSize, Token).AsTask());
        var bare = await Harness.Library.CreateCollectionAsync("bare", Token);
        Assert.Null(await Harness.Ingestion.FindEmbeddingSpaceAsync(bare.Id, Token));
        var bareSource = await Harness.Library.AddSourceAsync(bare.Id, SourceKind.Folder, "/bare", Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(bare.Id, TestDocuments.Make(bareSource.Id, "a.txt", "apple")));
    }

    [Fact]
    public async Task Embeddings_read_back_and_stored_again_give_the_same_scores()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs", s_large);
        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "a.txt", "apple", "banana cherry"));
        var document = Assert.Single(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token));
        var stored = await Harness.Ingestion.ReadEmbeddingsAsync(collection.Id, document.DocumentId, Token);
        Assert.Equal(["apple\n", "banana cherry\n"], stored.Select(each => each.Text));
        var query = TestDocuments.Query("cherry apple", s_large);
        var before = await ScoresAsync();
        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "a.txt", "apple", "banana cherry") with
        {
            Embeddings = stored.SelectMany(each => each.Embedding.ToArray()).ToArray(),
        });
        Assert.Equal(before, await ScoresAsync());
        Assert.Empty(await Harness.Ingestion.ReadEmbeddingsAsync(collection.Id, document.DocumentId, Token));
        var now = Assert.Single(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token));
        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
        Assert.Empty(await Harness.Ingestion.ReadEmbeddingsAsync(collection.Id, now.DocumentId, Token));

        async Task<float[]> ScoresAsync()
        {
            await using var snapshot = await OpenAsync();
            return [.. (await snapshot.FindByEmbeddingAsync(query, 10, Token)).Select(each => each.Score)];
        }
    }

    private async Task CommitAsync(long collectionId, params DocumentVersion[] versions)
        => await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collectionId, versions), Token);

    private ValueTask<ISearchSnapshot> OpenAsync() => Harness.Search.OpenSnapshotAsync(AccessScope.Everything, null, Token);

    private static async Task<IEnumerable<string>> PathsAsync(ISearchSnapshot snapshot, QueryEmbeddings query)
    {
        var found = await snapshot.FindByEmbeddingAsync(query, 10, Token);
        return (await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token)).Select(each => each.Path).Order(StringComparer.Ordinal);
    }
}
