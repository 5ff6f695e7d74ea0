using Synapse.Embedding;
using Synapse.Library;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.Storage;
using Synapse.StoreConformance;

namespace Synapse.Sqlite.Tests;

public sealed class EmbeddingSpaceTests() : EmbeddingSpaceSuite(new SqliteHarness())
{
    private StoreFolder Folder => ((SqliteHarness)Harness).Folder;

    [Fact]
    public async Task Many_commits_leave_few_segments_of_each_space()
    {
        var other = new EmbeddingSpace("other", 64);
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        for (var i = 0; i < 30; i++)
        {
            var space = i < 20 ? StoreHarness.Space : other;
            await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, space, Token);
            await CommitAsync(collection.Id, TestDocuments.Make(space, source.Id, $"{i}.txt", $"word{i}"));
        }

        await Harness.RunMaintenanceAsync(Token);
        // Eight segments of one size are merged: of 30 commits at most 8 per space are left.
        Assert.InRange(Folder.Count("SELECT count(*) FROM segments"), 2, 16);
    }

    [Fact]
    public async Task A_store_of_the_first_schema_keeps_its_space_and_its_vectors()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"));
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "b.txt", "banana"));
        Harness.Close();
        // As the first schema left it after a change of the model: an old space, and a document of it that was not read again yet, without its vectors.
        Folder.Execute(FirstSchema.Return + """
            INSERT INTO embedding_spaces(id, fingerprint, dimensions) VALUES(7, 'new|64|unit||', 64);
            UPDATE segments SET space_id = 7 WHERE id = 2;
            UPDATE documents SET space_id = 7 WHERE path = 'b.txt';
            DELETE FROM segment_parts WHERE (id >> 16) & 15 = 1 AND id >> 20 = 1;
            """);
        var space = new EmbeddingSpace("new", 64);
        Assert.Equal(space, await Harness.Ingestion.FindEmbeddingSpaceAsync(collection.Id, Token));
        await using var snapshot = await OpenAsync();
        Assert.Equal(["b.txt"], await PathsAsync(snapshot, TestDocuments.Query("banana", space)));
        Assert.Empty(await snapshot.FindByEmbeddingAsync(TestDocuments.Query("apple"), 10, Token));
        Assert.Single(await snapshot.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
        // Back to the old model: the document without vectors is not taken for one of it.
        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
        Assert.All(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token), state => Assert.Equal("", state.ContentHash));
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
