using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.StoreConformance;

/// <summary>What is committed is stored as it was, or not at all.</summary>
public abstract class IngestionSuite(StoreHarness harness) : StoreSuite(harness)
{
    [Fact]
    public async Task What_is_stored_comes_back_word_for_word()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var version = TestDocuments.MakeLong(source.Id);
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, version, TestDocuments.Make(source.Id, "empty.txt")), Token);
        Harness.Close();

        var documents = await Harness.Library.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 10, Token);
        Assert.Equal(["empty.txt", version.Path], documents.Select(document => document.Path));
        var stored = documents[1];
        Assert.Equal(version.Text, await Harness.Library.ReadTextAsync(AccessScope.Everything, stored.Id, Token));
        Assert.Equal("", await Harness.Library.ReadTextAsync(AccessScope.Everything, documents[0].Id, Token));
        Assert.Equal(
            new Document(stored.Id, collection.Id, source.Id, version.Path, "csharp", version.ContentHash, 123, version.ModifiedAt, 9, 2),
            await Harness.Library.FindDocumentAsync(AccessScope.Everything, stored.Id, Token));
        Assert.Contains(
            new DocumentState(stored.Id, version.Path, version.ContentHash, 123, version.ModifiedAt), await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token));
    }

    [Fact]
    public async Task A_new_version_takes_the_place_of_the_old()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")), Token);
        var old = Assert.Single(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token));
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "cherry damson")), Token);
        var now = Assert.Single(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token));
        Assert.NotEqual(old.DocumentId, now.DocumentId);
        Assert.Null(await Harness.Library.ReadTextAsync(AccessScope.Everything, old.DocumentId, Token));
        Assert.Equal("cherry damson\n", await Harness.Library.ReadTextAsync(AccessScope.Everything, now.DocumentId, Token));

        await Harness.Ingestion.CommitAsync(new IngestionBatch(collection.Id, [], [old.DocumentId, now.DocumentId, now.DocumentId], []), Token);
        Assert.Empty(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token));
    }

    [Fact]
    public async Task A_touched_document_keeps_its_text_and_gets_its_new_time()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "text")), Token);
        var state = Assert.Single(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token));
        var time = new DateTimeOffset(2026, 7, 8, 9, 10, 11, TimeSpan.Zero);
        await Harness.Ingestion.CommitAsync(new IngestionBatch(collection.Id, [], [], [new DocumentTouch(state.DocumentId, 77, time)]), Token);
        Assert.Equal([state with { SizeBytes = 77, ModifiedAt = time }], await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token));
    }

    [Fact]
    public async Task A_batch_that_does_not_fit_leaves_everything_as_it_was()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")), Token);
        var good = TestDocuments.Make(source.Id, "b.txt", "banana");
        await Assert.ThrowsAsync<ArgumentException>(() => Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, good, good), Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, good with { Embeddings = new float[3] }), Token).AsTask());
        await Assert.ThrowsAsync<SourceNotFoundException>(
            () => Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, good, TestDocuments.Make(99, "c.txt", "x")), Token).AsTask());
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Harness.Ingestion.CommitAsync(TestDocuments.Batch(99, good), Token).AsTask());
        Assert.Equal("a.txt", Assert.Single(await Harness.Library.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 10, Token)).Path);
        Assert.Equal(1, Assert.Single(await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token)).ChunkCount);
    }
}
