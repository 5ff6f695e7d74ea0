using Synapse.Errors;
using Synapse.Library;

namespace Synapse.StoreConformance;

/// <summary>Collections, sources and documents are found by those who may read them.</summary>
public abstract class CatalogueSuite(StoreHarness harness) : StoreSuite(harness)
{
    [Fact]
    public async Task A_collection_is_made_with_its_first_source_and_its_privacy_or_not_at_all()
    {
        var made = await Harness.Library.CreateCollectionAsync("bound", SourceKind.Folder, "/bound", CollectionPrivacy.LocalOnly, Token);
        Assert.Equal(CollectionPrivacy.LocalOnly, made.Privacy);
        Assert.Equal(made, await Harness.Library.FindCollectionAsync(AccessScope.Everything, "bound", Token));
        var source = Assert.Single(await Harness.Library.ListSourcesAsync(AccessScope.Everything, made.Id, Token));
        Assert.Equal((SourceKind.Folder, "/bound"), (source.Kind, source.Location));
        Assert.Equal(source, await Harness.Library.AddSourceAsync(made.Id, SourceKind.Folder, "/bound", Token));
        await Assert.ThrowsAsync<CollectionExistsException>(() => Harness.Library.CreateCollectionAsync("bound", SourceKind.Folder, "/other", default, Token).AsTask());
        Assert.Single(await Harness.Library.ListSourcesAsync(AccessScope.Everything, null, Token));
    }

    [Fact]
    public async Task A_collection_is_found_listed_and_removed_by_those_who_may_read_it_only()
    {
        var (docs, _) = await Harness.AddCollectionAsync("docs");
        var (code, source) = await Harness.AddCollectionAsync("code");
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(code.Id, TestDocuments.Make(source.Id, "a.txt", "one", "two")), Token);
        var scope = AccessScope.Of([docs.Id]);

        Assert.Equal(["code", "docs"], (await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token)).Select(each => each.Collection.Name));
        Assert.Equal(["docs"], (await Harness.Library.ListCollectionsAsync(scope, Token)).Select(each => each.Collection.Name));
        Assert.Null(await Harness.Library.FindCollectionAsync(scope, "code", Token));
        Assert.DoesNotContain(await Harness.Library.ListSourcesAsync(scope, null, Token), each => each.CollectionId == code.Id);
        Assert.Null(await Harness.Library.FindSourceAsync(scope, source.Id, Token));
        Assert.Empty(await Harness.Library.ListDocumentsAsync(scope, code.Id, null, 10, Token));
        var document = Assert.Single(await Harness.Library.ListDocumentsAsync(AccessScope.Everything, code.Id, null, 10, Token));
        Assert.Null(await Harness.Library.FindDocumentAsync(scope, document.Id, Token));
        Assert.Null(await Harness.Library.ReadTextAsync(scope, document.Id, Token));
        Assert.False(await Harness.Library.RemoveCollectionAsync(scope, code.Id, Token));
        Assert.False(await Harness.Library.RemoveSourceAsync(scope, source.Id, Token));

        Assert.True(await Harness.Library.RemoveCollectionAsync(AccessScope.Everything, code.Id, Token));
        Assert.Null(await Harness.Library.FindCollectionAsync(AccessScope.Everything, "code", Token));
        Harness.Close();
        Assert.Equal("docs", Assert.Single(await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token)).Collection.Name);
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await Harness.AddCollectionAsync("docs");
        await Assert.ThrowsAsync<CollectionExistsException>(() => Harness.Library.CreateCollectionAsync("docs", Token).AsTask());
        await Assert.ThrowsAsync<InvalidCollectionNameException>(() => Harness.Library.CreateCollectionAsync("a/b", Token).AsTask());
    }

    [Fact]
    public async Task A_list_of_collections_counts_what_is_searchable_after_changes_and_removals()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await Harness.Ingestion.CommitAsync(
            TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "one", "two"), TestDocuments.Make(source.Id, "b.txt", "three")), Token);
        await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "one")), Token);
        var summary = Assert.Single(await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token));
        Assert.Equal(new CollectionSummary(collection, 2, 2, "one\n".Length + "three\n".Length) { EmbeddingModel = StoreHarness.Space.Model }, summary);

        Assert.True(await Harness.Library.RemoveSourceAsync(AccessScope.Everything, source.Id, Token));
        summary = Assert.Single(await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token));
        Assert.Equal(new CollectionSummary(collection, 0, 0, 0) { EmbeddingModel = StoreHarness.Space.Model }, summary);
        Harness.Close();
        Assert.Equal(summary, Assert.Single(await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token)));
    }

    [Fact]
    public async Task A_source_is_added_once_per_location_of_a_collection()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        Assert.Equal(source, await Harness.Library.AddSourceAsync(collection.Id, SourceKind.Folder, source.Location, Token));
        Assert.Equal(source, await Harness.Library.FindSourceAsync(AccessScope.Everything, source.Id, Token));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => Harness.Library.AddSourceAsync(99, SourceKind.File, "/x", Token).AsTask());
    }

    [Fact]
    public async Task Documents_are_listed_in_pages_by_path()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await Harness.Ingestion.CommitAsync(
            TestDocuments.Batch(collection.Id, [.. Enumerable.Range(0, 25).Select(i => TestDocuments.Make(source.Id, $"{i:D2}.txt", "text"))]), Token);
        var paths = new List<string>();
        IReadOnlyList<Document> page = [];
        do
        {
            page = await Harness.Library.ListDocumentsAsync(AccessScope.Everything, collection.Id, page.Count > 0 ? page[^1] : null, 10, Token);
            paths.AddRange(page.Select(document => document.Path));
        }
        while (page.Count > 0);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"{i:D2}.txt"), paths);
    }

    [Fact]
    public async Task Skipped_files_are_those_of_the_last_walk()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await Harness.Jobs.ReplaceSkippedFilesAsync(null, source.Id, [new("z.bin", "binary", "It is binary."), new("a.env", "secret", "It may hold secrets.")], Token);
        await Harness.Jobs.ReplaceSkippedFilesAsync(null, source.Id, [new("z.bin", "binary", "It is binary."), new("b.pem", "secret", "It may hold secrets.")], Token);
        Assert.Equal(["b.pem", "z.bin"], (await Harness.Jobs.ListSkippedFilesAsync(AccessScope.Of([collection.Id]), source.Id, Token)).Select(file => file.Path));
        Assert.Empty(await Harness.Jobs.ListSkippedFilesAsync(AccessScope.Of([]), source.Id, Token));
    }
}
