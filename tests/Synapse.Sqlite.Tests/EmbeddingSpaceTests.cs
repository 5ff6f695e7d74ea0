using Microsoft.Data.Sqlite;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.Storage;

namespace Synapse.Sqlite.Tests;

public sealed class EmbeddingSpaceTests : IDisposable
{
    private static readonly EmbeddingSpace s_large = new("large", 1_536, "query: ", "passage: ");

    private readonly StoreFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_collections_of_different_spaces_are_searched_together_each_in_its_own()
    {
        var (small, smallSource) = await _folder.AddCollectionAsync("small");
        var (large, largeSource) = await _folder.AddCollectionAsync("large", s_large);
        await CommitAsync(small.Id, TestDocuments.Make(smallSource.Id, "a.txt", "apple banana", "cherry"));
        await CommitAsync(large.Id, TestDocuments.Make(s_large, largeSource.Id, "b.txt", "apple banana", "damson"));
        for (var opened = 0; opened < 2; opened++)
        {
            await using var snapshot = await OpenAsync();
            Assert.Equal([(StoreFolder.Space, small.Id), (s_large, large.Id)], snapshot.Spaces.Select(each => (each.Space, each.CollectionIds.Single())));
            var query = new QueryEmbeddings([.. TestDocuments.Query("apple banana", s_large).BySpace, .. TestDocuments.Query("apple banana").BySpace]);
            var found = await snapshot.FindByEmbeddingAsync(query, 1, Token);
            Assert.Equal(["b.txt", "a.txt"], (await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token)).Select(each => each.Path));
            Assert.All(found, each => Assert.Equal(1, each.Score, 0.01));
            var described = await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token);
            Assert.Equal([s_large.Fingerprint, StoreFolder.Space.Fingerprint], described.Select(each => each.SpaceFingerprint));
            Assert.Equal(found.Select(each => each.Score), await snapshot.ScoreEmbeddingAsync(query, [.. found.Select(each => each.Key)], Token));
            // Without the query's embedding in a space, its chunks have no similarity; words find both.
            Assert.Equal([0f, found[1].Score], await snapshot.ScoreEmbeddingAsync(TestDocuments.Query("apple banana"), [.. found.Select(each => each.Key)], Token));
            Assert.Equal(2, (await snapshot.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token)).Count);
            _folder.Reopen();
        }

        var summaries = await _folder.Store.ListCollectionsAsync(AccessScope.Everything, Token);
        Assert.Equal([("large", "large"), ("small", "test")], summaries.Select(each => (each.Collection.Name, each.EmbeddingModel!)));
    }

    [Fact]
    public async Task Pointing_a_collection_to_another_space_keeps_words_and_old_vectors_until_each_document_is_embedded_anew()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        var (other, otherSource) = await _folder.AddCollectionAsync("other");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "b.txt", "banana"));
        await CommitAsync(other.Id, TestDocuments.Make(otherSource.Id, "c.txt", "cherry"));
        await _folder.Store.UseEmbeddingSpaceAsync(collection.Id, s_large, Token);
        Assert.Equal(s_large, await _folder.Store.FindEmbeddingSpaceAsync(collection.Id, Token));
        for (var opened = 0; opened < 2; opened++)
        {
            await using var snapshot = await OpenAsync();
            Assert.Equal(3, (await snapshot.FindByEmbeddingAsync(TestDocuments.Query("apple"), 10, Token)).Count);
            Assert.Single(await snapshot.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
            Assert.All(await _folder.Store.ListDocumentStatesAsync(source.Id, Token), state => Assert.Equal("", state.ContentHash));
            Assert.All(await _folder.Store.ListDocumentStatesAsync(otherSource.Id, Token), state => Assert.NotEqual("", state.ContentHash));
            _folder.Reopen();
        }

        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "a.txt", "apple"));
        _folder.Store.MergeAll();
        for (var opened = 0; opened < 2; opened++)
        {
            await using var after = await OpenAsync();
            Assert.Equal(["b.txt", "c.txt"], await PathsAsync(after, TestDocuments.Query("apple")));
            Assert.Equal(["a.txt"], await PathsAsync(after, TestDocuments.Query("apple", s_large)));
            Assert.Equal(3, after.ChunkCount);
            Assert.Equal(2, after.Spaces.Count);
            _folder.Reopen();
        }

        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "b.txt", "banana"));
        await using var last = await OpenAsync();
        Assert.Equal([(StoreFolder.Space, other.Id), (s_large, collection.Id)], last.Spaces.Select(each => (each.Space, each.CollectionIds.Single())).OrderByDescending(each => each.Item1.Model));
    }

    [Fact]
    public async Task Pointing_back_finds_the_documents_that_were_not_embedded_anew_as_they_were()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "b.txt", "banana"));
        await _folder.Store.UseEmbeddingSpaceAsync(collection.Id, s_large, Token);
        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "a.txt", "apple"));
        await _folder.Store.UseEmbeddingSpaceAsync(collection.Id, StoreFolder.Space, Token);
        var states = await _folder.Store.ListDocumentStatesAsync(source.Id, Token);
        Assert.Equal([("a.txt", false), ("b.txt", true)], states.Select(state => (state.Path, state.ContentHash != "")).Order());
    }

    [Fact]
    public async Task Many_commits_in_two_spaces_are_merged_without_mixing_them()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        for (var i = 0; i < 20; i++)
        {
            await CommitAsync(collection.Id, TestDocuments.Make(source.Id, $"{i}.txt", $"word{i}"));
        }

        await _folder.Store.UseEmbeddingSpaceAsync(collection.Id, s_large, Token);
        for (var i = 0; i < 10; i++)
        {
            await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, $"{i}.txt", $"word{i}"));
        }

        _folder.Store.MergeAll();
        for (var opened = 0; opened < 2; opened++)
        {
            await using var snapshot = await OpenAsync();
            Assert.Equal(20, snapshot.ChunkCount);
            Assert.Equal(10, (await snapshot.FindByEmbeddingAsync(TestDocuments.Query("word3"), 100, Token)).Count);
            var near = await snapshot.FindByEmbeddingAsync(TestDocuments.Query("word3", s_large), 100, Token);
            Assert.Equal(10, near.Count);
            Assert.Equal("3.txt", (await snapshot.DescribeAsync([near[0].Key], Token))[0].Path);
            Assert.Equal(1, near[0].Score, 0.01);
            _folder.Reopen();
        }

        // Eight segments of one size are merged: of 30 commits at most 8 per space are left.
        Assert.InRange(Scalar("SELECT count(*) FROM segments"), 2, 16);
    }

    [Fact]
    public async Task A_batch_made_for_another_space_is_refused_as_a_whole()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        var sameSize = new EmbeddingSpace("same size", StoreFolder.Space.Dimensions);
        var batch = TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")) with { SpaceFingerprint = sameSize.Fingerprint };
        await Assert.ThrowsAsync<InvalidOperationException>(() => _folder.Store.CommitAsync(batch, Token).AsTask());
        await _folder.Store.UseEmbeddingSpaceAsync(collection.Id, sameSize, Token);
        await _folder.Store.CommitAsync(batch, Token);
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => _folder.Store.UseEmbeddingSpaceAsync(99, sameSize, Token).AsTask());
        var bare = await _folder.Store.CreateCollectionAsync("bare", Token);
        Assert.Null(await _folder.Store.FindEmbeddingSpaceAsync(bare.Id, Token));
        var bareSource = await _folder.Store.AddSourceAsync(bare.Id, SourceKind.Folder, "/bare", Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(bare.Id, TestDocuments.Make(bareSource.Id, "a.txt", "apple")));
    }

    [Fact]
    public async Task Embeddings_read_back_and_stored_again_give_the_same_scores()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs", s_large);
        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "a.txt", "apple", "banana cherry"));
        var document = Assert.Single(await _folder.Store.ListDocumentStatesAsync(source.Id, Token));
        var stored = await _folder.Store.ReadEmbeddingsAsync(collection.Id, document.DocumentId, Token);
        Assert.Equal(["apple\n", "banana cherry\n"], stored.Select(each => each.Text));
        var query = TestDocuments.Query("cherry apple", s_large);
        var before = await ScoresAsync();
        await CommitAsync(collection.Id, TestDocuments.Make(s_large, source.Id, "a.txt", "apple", "banana cherry") with
        {
            Embeddings = stored.SelectMany(each => each.Embedding.ToArray()).ToArray(),
        });
        Assert.Equal(before, await ScoresAsync());
        Assert.Empty(await _folder.Store.ReadEmbeddingsAsync(collection.Id, document.DocumentId, Token));
        var now = Assert.Single(await _folder.Store.ListDocumentStatesAsync(source.Id, Token));
        await _folder.Store.UseEmbeddingSpaceAsync(collection.Id, StoreFolder.Space, Token);
        Assert.Empty(await _folder.Store.ReadEmbeddingsAsync(collection.Id, now.DocumentId, Token));

        async Task<float[]> ScoresAsync()
        {
            await using var snapshot = await OpenAsync();
            return [.. (await snapshot.FindByEmbeddingAsync(query, 10, Token)).Select(each => each.Score)];
        }
    }

    [Fact]
    public async Task A_store_of_the_first_schema_keeps_its_space_and_its_vectors()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"));
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "b.txt", "banana"));
        _folder.Close();
        // As the first schema left it after a change of the model: an old space, and a document of it that was not read again yet, without its vectors.
        Execute(FirstSchema.Return + """
            INSERT INTO embedding_spaces(id, fingerprint, dimensions) VALUES(7, 'new|64|unit||', 64);
            UPDATE segments SET space_id = 7 WHERE id = 2;
            UPDATE documents SET space_id = 7 WHERE path = 'b.txt';
            DELETE FROM segment_parts WHERE (id >> 16) & 15 = 1 AND id >> 20 = 1;
            """);
        var space = new EmbeddingSpace("new", 64);
        Assert.Equal(space, await _folder.Store.FindEmbeddingSpaceAsync(collection.Id, Token));
        await using var snapshot = await OpenAsync();
        Assert.Equal(["b.txt"], await PathsAsync(snapshot, TestDocuments.Query("banana", space)));
        Assert.Empty(await snapshot.FindByEmbeddingAsync(TestDocuments.Query("apple"), 10, Token));
        Assert.Single(await snapshot.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
        // Back to the old model: the document without vectors is not taken for one of it.
        await _folder.Store.UseEmbeddingSpaceAsync(collection.Id, StoreFolder.Space, Token);
        Assert.All(await _folder.Store.ListDocumentStatesAsync(source.Id, Token), state => Assert.Equal("", state.ContentHash));
    }

    private async Task CommitAsync(long collectionId, params DocumentVersion[] versions)
        => await _folder.Store.CommitAsync(TestDocuments.Batch(collectionId, versions), Token);

    private ValueTask<ISearchSnapshot> OpenAsync() => _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);

    private static async Task<IEnumerable<string>> PathsAsync(ISearchSnapshot snapshot, QueryEmbeddings query)
    {
        var found = await snapshot.FindByEmbeddingAsync(query, 10, Token);
        return (await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token)).Select(each => each.Path).Order(StringComparer.Ordinal);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private long Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
