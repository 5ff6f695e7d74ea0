using Synapse.Errors;
using Synapse.Library;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.StoreConformance;

/// <summary>A view shows what one commit left, and nothing of others.</summary>
public abstract class SnapshotSuite(StoreHarness harness) : StoreSuite(harness)
{
    [Fact]
    public async Task A_new_version_takes_the_place_of_the_old_in_text_keywords_and_vectors()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple banana")), Token);
        await using var before = await Harness.Search.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var old = Assert.Single(await before.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));

        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "cherry damson")), Token);
        await using var after = await Harness.Search.OpenSnapshotAsync(AccessScope.Everything, null, Token);

        Assert.Empty(await after.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
        Assert.Equal([0, 1], await after.GetDocumentFrequenciesAsync(["appl", "cherri"], Token));
        var hit = Assert.Single(await after.FindByEmbeddingAsync(TestDocuments.Query("cherry damson"), 10, Token));
        Assert.Equal(1, hit.Score, 0.01);
        Assert.Equal(["cherry damson\n"], await after.ReadTextsAsync([hit.Key], Token));
        // The view that was open before still shows what was there; its text may be gone with the old version, and never is another.
        Assert.Equal([old], await before.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
        Assert.Contains(Assert.Single(await before.ReadTextsAsync([old.Key], Token)), (string?[])[null, "apple banana\n"]);
    }

    [Fact]
    public async Task What_is_stored_comes_back_word_for_word_with_its_place()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var version = TestDocuments.MakeLong(source.Id);
        string[] texts = [.. version.Chunks.Select(chunk => version.Text[chunk.StartOffset..chunk.EndOffset])];
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, version), Token);
        Harness.Close();

        await using var snapshot = await Harness.Search.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var found = await snapshot.FindByKeywordsAsync([new QueryTerm(ExactTerms.Definition("Über.Go"))], 10, Token);
        var described = Assert.Single(await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token));
        Assert.Equivalent(version.Chunks[1], described.Chunk, strict: true);
        Assert.Equal((collection.Id, source.Id, "src/Über.cs", "csharp", 2), (described.CollectionId, described.SourceId, described.Path, described.Language, described.ChunkCount));
        Assert.Equal([texts[1]], await snapshot.ReadTextsAsync([found[0].Key], Token));
        Assert.Empty(await snapshot.FindByEmbeddingAsync(TestDocuments.Query("anything"), 10, Token));
        var all = await snapshot.FindByKeywordsAsync([new QueryTerm(ExactTerms.FileStem("Über"))], 10, Token);
        Assert.Equal(2, all.Count);
        Assert.Equal(texts, (await snapshot.ReadTextsAsync([.. all.Select(each => each.Key)], Token)).OrderByDescending(each => each!.Length));
    }

    [Fact]
    public async Task A_view_has_what_both_the_scope_and_the_question_name_and_nothing_of_what_was_removed()
    {
        var (docs, docsSource) = await Harness.AddCollectionAsync("docs");
        var (code, codeSource) = await Harness.AddCollectionAsync("code");
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(docs.Id, TestDocuments.Make(docsSource.Id, "a.txt", "apple")), Token);
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(code.Id, TestDocuments.Make(codeSource.Id, "a.txt", "apple", "banana")), Token);
        Assert.Equal(3, await CountAsync(AccessScope.Everything, null));
        Assert.Equal(1, await CountAsync(AccessScope.Of([docs.Id]), null));
        Assert.Equal(0, await CountAsync(AccessScope.Of([docs.Id]), [code.Id]));
        Assert.Equal(2, await CountAsync(AccessScope.Of([docs.Id, code.Id]), [code.Id]));
        Assert.Equal(0, await CountAsync(AccessScope.Of([]), null));

        Assert.True(await Harness.Library.RemoveCollectionAsync(AccessScope.Everything, code.Id, Token));
        Assert.Equal(1, await CountAsync(AccessScope.Everything, null));
        Assert.True(await Harness.Library.RemoveSourceAsync(AccessScope.Everything, docsSource.Id, Token));
        Assert.Equal(0, await CountAsync(AccessScope.Everything, null));
    }

    [Fact]
    public async Task Nothing_of_a_batch_that_does_not_fit_is_searchable()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")), Token);
        await Assert.ThrowsAsync<SourceNotFoundException>(() => Harness.Ingestion.CommitAsync(
            TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "b.txt", "banana"), TestDocuments.Make(99, "c.txt", "cherry")), Token).AsTask());
        Assert.Equal(1, await CountAsync(AccessScope.Everything, null));
    }

    private async Task<long> CountAsync(AccessScope scope, IReadOnlyList<long>? collectionIds)
    {
        await using var snapshot = await Harness.Search.OpenSnapshotAsync(scope, collectionIds, Token);
        Assert.Equal(snapshot.ChunkCount, (await snapshot.FindByEmbeddingAsync(TestDocuments.Query("apple banana"), 10, Token)).Count);
        Assert.Equal(snapshot.ChunkCount > 0 ? 1 : 0, snapshot.Spaces.Count);
        return snapshot.ChunkCount;
    }
}
