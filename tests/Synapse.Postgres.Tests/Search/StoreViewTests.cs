using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Search;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;
using Synapse.StoreConformance;

namespace Synapse.Postgres.Tests.Search;

public sealed class StoreViewTests : IAsyncLifetime
{
    private readonly PostgresHarness _harness = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private PostgresStore Store => (PostgresStore)_harness.Library;

    public ValueTask InitializeAsync() => _harness.PrepareAsync(Token);

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task A_snapshot_shows_one_commit_whatever_comes_after()
    {
        var (collection, source) = await _harness.AddCollectionAsync("docs");
        await _harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")), Token);
        await using var before = await _harness.Search.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        await _harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "banana", "cherry")), Token);
        Assert.True(await _harness.Library.RemoveCollectionAsync(AccessScope.Everything, collection.Id, Token));
        var found = Assert.Single(await before.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token)).Key;
        Assert.Equal(["apple\n"], await before.ReadTextsAsync([found], Token));
        Assert.Equal("a.txt", (await before.DescribeAsync([found], Token))[0].Path);
        await using var after = await OpenAsync();
        Assert.Empty(after.Collections);
        Assert.Empty(after.Spaces);
    }

    [Fact]
    public async Task Damaged_rows_are_found_when_they_are_read()
    {
        var (collection, source) = await _harness.AddCollectionAsync("docs");
        await _harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.MakeLong(source.Id), TestDocuments.Make(source.Id, "b.txt", "banana")), Token);
        await _harness.Database.ExecuteAsync("UPDATE synapse.document_text SET bytes = set_byte(bytes, 7, 7) WHERE document_id = 1 AND piece = 3", Token);
        await using var snapshot = await _harness.Search.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var whole = Assert.Single(await snapshot.FindByKeywordsAsync([new QueryTerm("banana")], 10, Token)).Key;
        var all = await snapshot.FindByKeywordsAsync([new QueryTerm(ExactTerms.FileStem("Über"))], 10, Token);
        // Two chunks of one document; the second lies beyond the damage.
        var described = await snapshot.DescribeAsync([.. all.Select(each => each.Key)], Token);
        Assert.Equal(["class Über { }\n", "banana\n"], await snapshot.ReadTextsAsync([described.Single(chunk => chunk.Chunk.Ordinal == 1).Key, whole], Token));
        await Assert.ThrowsAsync<StoreCorruptException>(() => snapshot.ReadTextsAsync([described.Single(chunk => chunk.Chunk.Ordinal == 0).Key], Token).AsTask());

        await _harness.Database.ExecuteAsync("DELETE FROM synapse.document_text WHERE document_id = 1 AND piece = 3; DELETE FROM synapse.chunks WHERE document_id = 2", Token);
        await using var after = await _harness.Search.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        Assert.Contains("ends early", (await Assert.ThrowsAsync<StoreCorruptException>(() => after.ReadTextsAsync([described.Single(chunk => chunk.Chunk.Ordinal == 0).Key], Token).AsTask())).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreCorruptException>(() => after.DescribeAsync([whole], Token).AsTask());
    }

    [Fact]
    public async Task A_view_has_what_both_the_scope_and_the_question_name()
    {
        var (docs, docsSource) = await _harness.AddCollectionAsync("docs");
        var (code, codeSource) = await _harness.AddCollectionAsync("code");
        await _harness.Ingestion.CommitAsync(TestDocuments.Batch(docs.Id, TestDocuments.Make(docsSource.Id, "a.txt", "apple")), Token);
        await _harness.Ingestion.CommitAsync(TestDocuments.Batch(code.Id, TestDocuments.Make(codeSource.Id, "a.txt", "apple", "banana")), Token);
        foreach (var (scope, asked, expected) in ((AccessScope, long[]?, long[])[])
        [
            (AccessScope.Everything, null, [docs.Id, code.Id]),
            (AccessScope.Everything, [code.Id], [code.Id]),
            (AccessScope.Of([docs.Id]), null, [docs.Id]),
            (AccessScope.Of([docs.Id]), [code.Id], []),
            (AccessScope.Of([]), null, []),
            (AccessScope.Everything, [], []),
        ])
        {
            await using var view = await StoreView.OpenAsync(Store.Connections, scope, asked, Token);
            Assert.Equal(expected, view.Collections.Select(collection => collection.Id));
            Assert.Equal(expected, view.Spaces.SelectMany(space => space.Collections.Select(collection => collection.CollectionId)));
        }
    }

    [Fact]
    public async Task A_version_changes_with_what_is_searchable_and_with_nothing_else()
    {
        var (collection, source) = await _harness.AddCollectionAsync("docs");
        await _harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")), Token);
        var version = await VersionAsync();
        await _harness.Ingestion.CommitAsync(new IngestionBatch(collection.Id, [], [99], [new DocumentTouch(1, 6, DateTimeOffset.UnixEpoch)]), Token);
        await _harness.Library.SetPrivacyAsync(AccessScope.Everything, collection.Id, CollectionPrivacy.LocalOnly, Token);
        Assert.Equal(version, await VersionAsync());
        await _harness.Ingestion.CommitAsync(new IngestionBatch(collection.Id, [], [1], []), Token);
        Assert.True(await VersionAsync() > version);

        async Task<long> VersionAsync()
        {
            await using var view = await OpenAsync();
            return Assert.Single(view.Collections).Version;
        }
    }

    [Fact]
    public async Task A_view_opens_on_a_new_connection_where_the_old_ones_are_broken_and_writes_nothing()
    {
        await _harness.AddCollectionAsync("docs");
        await _harness.Database.TerminateBackendsAsync(Token);
        await using var view = await OpenAsync();
        Assert.Single(view.Collections);
        await Assert.ThrowsAsync<StoreReadOnlyException>(() => view.ReadAsync(
            (connection, token) => Synapse.Postgres.Connections.Commands.ExecuteAsync(connection, "DELETE FROM collections", [], token), Token));
    }

    [Fact]
    public async Task A_view_whose_connection_is_ended_says_so()
    {
        await _harness.AddCollectionAsync("docs");
        await using var view = await OpenAsync();
        await _harness.Database.TerminateBackendsAsync(Token);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => view.ReadAsync(
            (connection, token) => Synapse.Postgres.Connections.Commands.ExecuteAsync(connection, "SELECT 1", [], token), Token));
    }

    private Task<StoreView> OpenAsync() => StoreView.OpenAsync(Store.Connections, AccessScope.Everything, null, Token);
}
