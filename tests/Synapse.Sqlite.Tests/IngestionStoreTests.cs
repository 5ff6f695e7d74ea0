using Synapse.Errors;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.Storage;

namespace Synapse.Sqlite.Tests;

public sealed class IngestionStoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_version_takes_the_place_of_the_old_in_text_keywords_and_vectors()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple banana")), Token);
        await using var before = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var old = Assert.Single(await before.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));

        await _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "cherry damson")), Token);
        await using var after = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);

        Assert.Empty(await after.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
        Assert.Equal([0, 1], await after.GetDocumentFrequenciesAsync(["appl", "cherri"], Token));
        var hit = Assert.Single(await after.FindByEmbeddingAsync(TestDocuments.Query("cherry damson"), 10, Token));
        Assert.Equal(1, hit.Score, 0.01);
        Assert.Equal(["cherry damson\n"], await after.ReadTextsAsync([hit.Key], Token));
        // The view that was open before still shows what was there, but its text is gone with the old version.
        Assert.Equal([old], await before.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
        Assert.Equal([null], await before.ReadTextsAsync([old.Key], Token));
    }

    [Fact]
    public async Task What_is_stored_comes_back_word_for_word_with_its_place()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        // Characters of one to four UTF-8 bytes, and a text longer than one stored piece.
        var first = string.Concat(Enumerable.Repeat("aä€😀 ", 20_000));
        var second = "class Über { }\n";
        var text = first + second;
        var chunks = new[]
        {
            new Chunk(0, 0, first.Length, 1, 1, ChunkKind.Prose, "Title > Part", null, false),
            new Chunk(1, first.Length, text.Length, 2, 9, ChunkKind.Code, null, "Space.Über", true) { Definitions = ["Space.Über", "Space.Über.Go"] },
        };
        var terms = chunks.Select(chunk => TestDocuments.Analyzer.AnalyzeChunk(text.AsSpan(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset), chunk, "src/Über.cs"));
        var version = new DocumentVersion(
            source.Id, "src/Über.cs", "csharp", TestDocuments.Hash(text), 123, new DateTimeOffset(2025, 5, 6, 7, 8, 9, TimeSpan.FromHours(2)), text, 9,
            chunks, [.. terms], new float[2 * StoreFolder.Space.Dimensions]);
        await _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, version), Token);
        _folder.Reopen();

        await using var snapshot = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var found = await snapshot.FindByKeywordsAsync([new QueryTerm(ExactTerms.Definition("Über.Go"))], 10, Token);
        var described = Assert.Single(await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token));
        Assert.Equivalent(chunks[1], described.Chunk, strict: true);
        Assert.Equal((collection.Id, source.Id, "src/Über.cs", "csharp", 2), (described.CollectionId, described.SourceId, described.Path, described.Language, described.ChunkCount));
        Assert.Equal([second], await snapshot.ReadTextsAsync([found[0].Key], Token));
        Assert.Empty(await snapshot.FindByEmbeddingAsync(TestDocuments.Query("anything"), 10, Token));
        var all = await snapshot.FindByKeywordsAsync([new QueryTerm(ExactTerms.FileStem("Über"))], 10, Token);
        Assert.Equal(2, all.Count);
        Assert.Equal([first, second], (await snapshot.ReadTextsAsync([.. all.Select(each => each.Key)], Token)).OrderByDescending(each => each!.Length));
        Assert.Equal(text, await _folder.Store.ReadTextAsync(AccessScope.Everything, described.DocumentId, Token));
        var state = Assert.Single(await _folder.Store.ListDocumentStatesAsync(source.Id, Token));
        Assert.Equal(new DocumentState(described.DocumentId, version.Path, version.ContentHash, 123, version.ModifiedAt), state);
    }

    [Fact]
    public async Task A_touched_document_keeps_its_text_and_gets_its_new_time()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "text")), Token);
        var state = Assert.Single(await _folder.Store.ListDocumentStatesAsync(source.Id, Token));
        var time = new DateTimeOffset(2026, 7, 8, 9, 10, 11, TimeSpan.Zero);
        await _folder.Store.CommitAsync(new IngestionBatch(collection.Id, [], [], [new DocumentTouch(state.DocumentId, 77, time)]), Token);
        Assert.Equal([state with { SizeBytes = 77, ModifiedAt = time }], await _folder.Store.ListDocumentStatesAsync(source.Id, Token));
    }

    [Fact]
    public async Task A_batch_that_does_not_fit_leaves_everything_as_it_was()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")), Token);
        var good = TestDocuments.Make(source.Id, "b.txt", "banana");
        await Assert.ThrowsAsync<ArgumentException>(() => _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, good, good), Token).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, good with { Embeddings = new float[3] }), Token).AsTask());
        await Assert.ThrowsAsync<SourceNotFoundException>(
            () => _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, good, TestDocuments.Make(99, "c.txt", "x")), Token).AsTask());
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => _folder.Store.CommitAsync(TestDocuments.Batch(99, good), Token).AsTask());
        Assert.Equal("a.txt", Assert.Single(await _folder.Store.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 10, Token)).Path);
        await using var snapshot = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        Assert.Equal(1, snapshot.ChunkCount);
    }
}
