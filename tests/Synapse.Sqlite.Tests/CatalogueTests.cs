using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Sqlite.Tests.TestSupport;

namespace Synapse.Sqlite.Tests;

public sealed class CatalogueTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_collection_is_made_with_its_first_source_and_its_privacy_or_not_at_all()
    {
        var made = await _folder.Store.CreateCollectionAsync("bound", SourceKind.Folder, "/bound", CollectionPrivacy.LocalOnly, Token);
        Assert.Equal(CollectionPrivacy.LocalOnly, made.Privacy);
        Assert.Equal(made, await _folder.Store.FindCollectionAsync(AccessScope.Everything, "bound", Token));
        var source = Assert.Single(await _folder.Store.ListSourcesAsync(AccessScope.Everything, made.Id, Token));
        Assert.Equal((SourceKind.Folder, "/bound"), (source.Kind, source.Location));
        Assert.Equal(source, await _folder.Store.AddSourceAsync(made.Id, SourceKind.Folder, "/bound", Token));
        await Assert.ThrowsAsync<CollectionExistsException>(() => _folder.Store.CreateCollectionAsync("bound", SourceKind.Folder, "/other", default, Token).AsTask());
        Assert.Single(await _folder.Store.ListSourcesAsync(AccessScope.Everything, null, Token));
    }

    [Fact]
    public async Task A_collection_is_found_listed_and_removed_by_those_who_may_read_it_only()
    {
        var (docs, _) = await _folder.AddCollectionAsync("docs");
        var (code, source) = await _folder.AddCollectionAsync("code");
        await _folder.Store.CommitAsync(TestDocuments.Batch(code.Id, TestDocuments.Make(source.Id, "a.txt", "one", "two")), Token);
        var scope = AccessScope.Of([docs.Id]);

        Assert.Equal(["code", "docs"], (await _folder.Store.ListCollectionsAsync(AccessScope.Everything, Token)).Select(each => each.Collection.Name));
        Assert.Equal(["docs"], (await _folder.Store.ListCollectionsAsync(scope, Token)).Select(each => each.Collection.Name));
        Assert.Null(await _folder.Store.FindCollectionAsync(scope, "code", Token));
        Assert.DoesNotContain(await _folder.Store.ListSourcesAsync(scope, null, Token), each => each.CollectionId == code.Id);
        Assert.Null(await _folder.Store.FindSourceAsync(scope, source.Id, Token));
        Assert.Empty(await _folder.Store.ListDocumentsAsync(scope, code.Id, null, 10, Token));
        var document = Assert.Single(await _folder.Store.ListDocumentsAsync(AccessScope.Everything, code.Id, null, 10, Token));
        Assert.Null(await _folder.Store.FindDocumentAsync(scope, document.Id, Token));
        Assert.Null(await _folder.Store.ReadTextAsync(scope, document.Id, Token));
        Assert.False(await _folder.Store.RemoveCollectionAsync(scope, code.Id, Token));
        Assert.False(await _folder.Store.RemoveSourceAsync(scope, source.Id, Token));
        await using (var hidden = await _folder.Store.OpenSnapshotAsync(scope, [code.Id], Token))
        {
            Assert.Equal(0, hidden.ChunkCount);
        }

        Assert.True(await _folder.Store.RemoveCollectionAsync(AccessScope.Everything, code.Id, Token));
        Assert.Null(await _folder.Store.FindCollectionAsync(AccessScope.Everything, "code", Token));
        await using var after = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        Assert.Equal(0, after.ChunkCount);
        _folder.Reopen();
        Assert.Equal("docs", Assert.Single(await _folder.Store.ListCollectionsAsync(AccessScope.Everything, Token)).Collection.Name);
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await _folder.AddCollectionAsync("docs");
        await Assert.ThrowsAsync<CollectionExistsException>(() => _folder.Store.CreateCollectionAsync("docs", Token).AsTask());
        await Assert.ThrowsAsync<InvalidCollectionNameException>(() => _folder.Store.CreateCollectionAsync("a/b", Token).AsTask());
    }

    [Fact]
    public async Task A_list_of_collections_counts_what_is_searchable_after_changes_and_removals()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await _folder.Store.CommitAsync(
            TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "one", "two"), TestDocuments.Make(source.Id, "b.txt", "three")), Token);
        await _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "one")), Token);
        var summary = Assert.Single(await _folder.Store.ListCollectionsAsync(AccessScope.Everything, Token));
        Assert.Equal(new CollectionSummary(collection, 2, 2, "one\n".Length + "three\n".Length) { EmbeddingModel = StoreFolder.Space.Model }, summary);

        Assert.True(await _folder.Store.RemoveSourceAsync(AccessScope.Everything, source.Id, Token));
        summary = Assert.Single(await _folder.Store.ListCollectionsAsync(AccessScope.Everything, Token));
        Assert.Equal(new CollectionSummary(collection, 0, 0, 0) { EmbeddingModel = StoreFolder.Space.Model }, summary);
        _folder.Reopen();
        Assert.Equal(summary, Assert.Single(await _folder.Store.ListCollectionsAsync(AccessScope.Everything, Token)));
    }

    [Fact]
    public async Task A_source_is_added_once_per_location_of_a_collection()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        Assert.Equal(source, await _folder.Store.AddSourceAsync(collection.Id, SourceKind.Folder, source.Location, Token));
        Assert.Equal(source, await _folder.Store.FindSourceAsync(AccessScope.Everything, source.Id, Token));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => _folder.Store.AddSourceAsync(99, SourceKind.File, "/x", Token).AsTask());
    }

    [Fact]
    public async Task Documents_are_listed_in_pages_by_path()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await _folder.Store.CommitAsync(
            TestDocuments.Batch(collection.Id, [.. Enumerable.Range(0, 25).Select(i => TestDocuments.Make(source.Id, $"{i:D2}.txt", "text"))]), Token);
        var paths = new List<string>();
        IReadOnlyList<Document> page = [];
        do
        {
            page = await _folder.Store.ListDocumentsAsync(AccessScope.Everything, collection.Id, page.Count > 0 ? page[^1] : null, 10, Token);
            paths.AddRange(page.Select(document => document.Path));
        }
        while (page.Count > 0);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"{i:D2}.txt"), paths);
    }

    [Fact]
    public async Task A_job_is_queued_once_updated_and_found_again_after_a_restart()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        var job = await _folder.Store.AddJobAsync(collection.Id, source.Id, Token);
        Assert.Equal(job, await _folder.Store.AddJobAsync(collection.Id, source.Id, Token));
        var running = job with
        {
            State = IngestionJobState.Running,
            StartedAt = _folder.Time.GetUtcNow(),
            Attempts = 1,
            Progress = new IngestionProgress(1, 2, 3, 4, 5, 6, 7, 8, 9, true),
            ErrorCode = "disk_full",
            ErrorMessage = "The disk is full.",
        };
        await _folder.Store.UpdateJobAsync(running, Token);
        var next = await _folder.Store.AddJobAsync(collection.Id, source.Id, Token);
        Assert.NotEqual(job.Id, next.Id);
        await _folder.Store.UpdateJobAsync(next with { State = IngestionJobState.Completed, FinishedAt = _folder.Time.GetUtcNow() }, Token);
        _folder.Reopen();
        Assert.Equal(running, await _folder.Store.FindJobAsync(AccessScope.Everything, job.Id, Token));
        Assert.Equal([running], await _folder.Store.ListJobsAsync(AccessScope.Everything, collection.Id, unfinishedOnly: true, 10, Token));
        Assert.Equal([next.Id, job.Id], (await _folder.Store.ListJobsAsync(AccessScope.Everything, null, unfinishedOnly: false, 10, Token)).Select(each => each.Id));
        Assert.Null(await _folder.Store.FindJobAsync(AccessScope.Of([]), job.Id, Token));
        Assert.Empty(await _folder.Store.ListJobsAsync(AccessScope.Of([]), null, unfinishedOnly: false, 10, Token));
        await Assert.ThrowsAsync<SourceNotFoundException>(() => _folder.Store.AddJobAsync(collection.Id, 99, Token).AsTask());
    }

    [Fact]
    public async Task Skipped_files_are_those_of_the_last_walk()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await _folder.Store.ReplaceSkippedFilesAsync(source.Id, [new("z.bin", "binary", "It is binary."), new("a.env", "secret", "It may hold secrets.")], Token);
        await _folder.Store.ReplaceSkippedFilesAsync(source.Id, [new("z.bin", "binary", "It is binary."), new("b.pem", "secret", "It may hold secrets.")], Token);
        Assert.Equal(["b.pem", "z.bin"], (await _folder.Store.ListSkippedFilesAsync(AccessScope.Of([collection.Id]), source.Id, Token)).Select(file => file.Path));
        Assert.Empty(await _folder.Store.ListSkippedFilesAsync(AccessScope.Of([]), source.Id, Token));
    }
}
