using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage.Archiving;
using Synapse.Storage.Copying;
using Synapse.StoreConformance;
using Synapse.StoreCopying.Tests.TestSupport;

namespace Synapse.StoreCopying.Tests.Archives;

public sealed class CollectionImportTests : IDisposable
{
    private readonly ArchiveWorkbench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(StoreKind.Sqlite, StoreKind.Sqlite)]
    [InlineData(StoreKind.Sqlite, StoreKind.Postgres)]
    [InlineData(StoreKind.Postgres, StoreKind.Sqlite)]
    public async Task An_imported_collection_finds_what_it_found_and_leaves_the_others_alone(StoreKind from, StoreKind to)
    {
        await using var original = await StorePlace.MakeAsync(from);
        await using var other = await StorePlace.MakeAsync(to);
        using var source = await Household.OpenAsync(original);
        using var target = other.Open();
        await target.Store.CreateCollectionAsync("mine", SourceKind.Folder, "/mine", CollectionPrivacy.Unrestricted, Token);
        var path = await _bench.ExportAsync(source, "moving");

        var imported = await ImportAsync(target, path);
        var renamed = await ImportAsync(target, path, "moved");
        var taken = await Assert.ThrowsAsync<CollectionExistsException>(() => ImportAsync(target, path));

        Assert.Equal(("moving", 4L, Household.Newer), (imported.Collection.Name, imported.Collection.Documents, imported.Space));
        Assert.Equal("moved", renamed.Collection.Name);
        Assert.Contains("moving", taken.Message, StringComparison.Ordinal);
        var (expected, actual) = (await Findings.OfAsync(source), await Findings.OfAsync(target));
        Assert.Equal(["mine", "moved", "moving"], (await target.Store.ListCollectionsAsync(AccessScope.Everything, Token)).Select(summary => summary.Collection.Name));
        var copy = await Household.FindAsync(target.Store, "moving");
        Assert.Equal(CollectionPrivacy.LocalOnly, copy.Privacy);
        Assert.Equal(2, (await target.Store.FindEvaluationAsync(AccessScope.Everything, copy.Id, Token))!.Questions[0].Relevant.Count);

        // What was found in both spaces is found again, twice.
        var due = expected.Vectors.Where(found => found.Key.Contains(": moving ", StringComparison.Ordinal)).ToArray();
        Assert.InRange(due.Length, 10, int.MaxValue);
        foreach (var found in due)
        {
            Assert.InRange(actual.Vectors[found.Key], found.Value - 0.01f, found.Value + 0.01f);
            Assert.InRange(actual.Vectors[found.Key.Replace(": moving ", ": moved ", StringComparison.Ordinal)], found.Value - 0.01f, found.Value + 0.01f);
        }

        // The ledger tells of the other server, and stays there.
        Assert.Empty(await target.Ledger.ListAsync(AccessScope.Everything, new(), null, 10, Token));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Sources_of_an_import_are_not_looked_at_until_somebody_adds_them(StoreKind kind)
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(kind);
        using var source = await Household.OpenAsync(original);
        using var target = other.Open();
        await ImportAsync(target, await _bench.ExportAsync(source, "large"));
        var large = await Household.FindAsync(target.Store, "large");
        var before = await target.Store.ListSourcesAsync(AccessScope.Everything, large.Id, Token);

        var added = await target.Store.AddSourceAsync(large.Id, SourceKind.Folder, "/large", Token);
        var again = await target.Store.AddSourceAsync(large.Id, SourceKind.Imported, "/large", Token);

        Assert.Equal([("/large", SourceKind.Imported), ("/second/file.txt", SourceKind.Imported)], before.Select(each => (each.Location, each.Kind)));
        Assert.Equal(before[0] with { Kind = SourceKind.Folder }, added);
        Assert.Equal(added, again);
        Assert.Equal([SourceKind.Folder, SourceKind.Imported], (await target.Store.ListSourcesAsync(AccessScope.Everything, large.Id, Token)).Select(each => each.Kind));
        Assert.InRange((await target.Store.ListDocumentStatesAsync(added.Id, Token)).Count, 50, 60);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite, CopyPhase.Copying)]
    [InlineData(StoreKind.Sqlite, CopyPhase.Comparing)]
    [InlineData(StoreKind.Postgres, CopyPhase.Copying)]
    public async Task An_import_that_fails_leaves_nothing(StoreKind kind, CopyPhase phase)
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(kind);
        using var source = await Household.OpenAsync(original);
        using var target = other.Open();
        var path = await _bench.ExportAsync(source, "large");

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => new CollectionImport(target.Store, TimeProvider.System).RunAsync(
            path, null, progress => { if (progress.Phase == phase) { throw new InvalidTimeZoneException(); } }, Token));

        Assert.Empty(await target.Store.ListCollectionsAsync(AccessScope.Everything, Token));
        Assert.Null(await target.Store.FindUnfinishedImportAsync("large", Token));
        Assert.Equal(62, (await ImportAsync(target, path)).Collection.Documents);
    }

    [Fact]
    public async Task An_import_that_somebody_changes_meanwhile_is_taken_back()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(StoreKind.Postgres);
        using var source = await Household.OpenAsync(original);
        using var target = other.Open();
        var path = await _bench.ExportAsync(source, "large");
        var tampered = false;

        // The last report of copying comes when everything is stored, and before it is compared.
        var differs = await Assert.ThrowsAsync<ImportDiffersException>(() => new CollectionImport(target.Store, TimeProvider.System).RunAsync(
            path,
            null,
            progress =>
            {
                if (progress.Phase == CopyPhase.Copying && progress.DocumentsDone == progress.DocumentsTotal && !tampered)
                {
                    tampered = true;
                    other.Tamper("UPDATE synapse.documents SET content_hash = repeat('0', 64) WHERE path = 'folder4/Document4.txt'");
                }
            },
            Token));

        Assert.Contains("folder4/Document4.txt", differs.Message, StringComparison.Ordinal);
        Assert.Empty(await target.Store.ListCollectionsAsync(AccessScope.Everything, Token));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task An_import_that_was_killed_is_completed_by_the_same_archive_alone(StoreKind kind)
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(kind);
        using var source = await Household.OpenAsync(original);
        using var target = other.Open();
        var path = await _bench.ExportAsync(source, "large");
        var renewed = await _bench.ExportAsync(source, "large", "renewed.synapse");
        string identity;
        using (var archive = StoreArchive.Open(path))
        {
            identity = await archive.GetIdentityAsync(Token);
        }

        // What a kill leaves: the mark, the collection, and a part of the documents.
        await target.Store.MarkUnfinishedImportAsync("large", identity, Token);
        var begun = await target.Store.ImportCollectionAsync(await Household.FindAsync(source.Store, "large"), Token);
        var folder = await target.Store.ImportSourceAsync((await source.Store.ListSourcesAsync(AccessScope.Everything, (await Household.FindAsync(source.Store, "large")).Id, Token))[0] with { CollectionId = begun.Id, Kind = SourceKind.Imported }, Token);
        await target.Store.UseEmbeddingSpaceAsync(begun.Id, StoreHarness.Space, Token);
        await target.Store.CommitAsync(TestDocuments.Batch(begun.Id, TestDocuments.Make(folder.Id, "folder1/Document1.txt", "replaced by another version")), Token);

        await Assert.ThrowsAsync<CollectionExistsException>(() => ImportAsync(target, renewed));
        var completed = await ImportAsync(target, path);

        Assert.True(completed.Resumed);
        Assert.Equal(62, completed.Collection.Documents);
        Assert.Null(await target.Store.FindUnfinishedImportAsync("large", Token));
    }

    [Fact]
    public async Task A_collection_that_somebody_made_is_never_taken_for_an_unfinished_import()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(StoreKind.Sqlite);
        using var source = await Household.OpenAsync(original);
        using var target = other.Open();
        var path = await _bench.ExportAsync(source, "large");
        using (var archive = StoreArchive.Open(path))
        {
            await target.Store.MarkUnfinishedImportAsync("large", await archive.GetIdentityAsync(Token), Token);
        }

        await target.Store.CreateCollectionAsync("large", SourceKind.Folder, "/own", CollectionPrivacy.Unrestricted, Token);

        await Assert.ThrowsAsync<CollectionExistsException>(() => ImportAsync(target, path));
        var own = await Household.FindAsync(target.Store, "large");
        Assert.Equal("/own", Assert.Single(await target.Store.ListSourcesAsync(AccessScope.Everything, own.Id, Token)).Location);
    }

    [Fact]
    public async Task What_does_not_belong_is_told_where_it_belongs()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        using var source = await Household.OpenAsync(original);
        var store = await _bench.BackUpAsync(source);
        var collection = await _bench.ExportAsync(source, "large");

        Assert.Contains("synapse restore", (await Assert.ThrowsAsync<ArchiveUnsuitableException>(() => ImportAsync(source, store))).Message, StringComparison.Ordinal);
        Assert.Contains("synapse collections import", Assert.Throws<ArchiveUnsuitableException>(() => StoreArchive.Open(collection, ArchiveContent.Store)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidCollectionNameException>(() => ImportAsync(source, collection, "a/b"));
        await Assert.ThrowsAsync<ArchiveExistsException>(() => _bench.ExportAsync(source, "large"));
    }

    private static Task<ImportReport> ImportAsync(OpenStore target, string path, string? name = null)
        => new CollectionImport(target.Store, TimeProvider.System).RunAsync(path, name, _ => { }, Token);
}
