using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Search;
using Synapse.Postgres.Tests.TestSupport;
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
    public async Task Chunks_come_back_word_for_word_with_their_places_in_the_order_asked_for()
    {
        var (collection, source) = await _harness.AddCollectionAsync("docs");
        var version = TestDocuments.MakeLong(source.Id);
        await _harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, version, TestDocuments.Make(source.Id, "b.txt", "banana", "cherry")), Token);
        await using var view = await OpenAsync();
        // The long one is document 1, the other 2.
        ChunkKey[] keys = [view.Keys.Of(2, 1), view.Keys.Of(1, 1), view.Keys.Of(1, 0), view.Keys.Of(2, 1)];
        Assert.Equal(["cherry\n", "class Über { }\n", version.Text[..version.Chunks[0].EndOffset], "cherry\n"], await view.ReadTextsAsync(keys, Token));
        var described = await view.DescribeAsync(keys, Token);
        Assert.Equal(keys, described.Select(chunk => chunk.Key));
        Assert.Equivalent(version.Chunks[1], described[1].Chunk, strict: true);
        Assert.Equivalent(version.Chunks[0], described[2].Chunk, strict: true);
        Assert.Equal(
            (collection.Id, source.Id, 1L, "src/Über.cs", "csharp", 2, StoreHarness.Space.Fingerprint),
            (described[1].CollectionId, described[1].SourceId, described[1].DocumentId, described[1].Path, described[1].Language, described[1].ChunkCount, described[1].SpaceFingerprint));
        Assert.Equal([null, "banana\n"], await view.ReadTextsAsync([view.Keys.Of(99, 0), view.Keys.Of(2, 0)], Token));
        await Assert.ThrowsAsync<StoreCorruptException>(() => view.DescribeAsync([view.Keys.Of(99, 0)], Token));
        Assert.Throws<ArgumentException>(() => view.Keys.ChunkOf(new ChunkKey(1_000)));
        Assert.Empty(await view.ReadTextsAsync([], Token));
    }

    [Fact]
    public async Task A_view_shows_one_commit_whatever_comes_after()
    {
        var (collection, source) = await _harness.AddCollectionAsync("docs");
        await _harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")), Token);
        await using var before = await OpenAsync();
        await _harness.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "banana", "cherry")), Token);
        Assert.True(await _harness.Library.RemoveCollectionAsync(AccessScope.Everything, collection.Id, Token));
        Assert.Equal(["apple\n"], await before.ReadTextsAsync([before.Keys.Of(1, 0)], Token));
        Assert.Equal("a.txt", (await before.DescribeAsync([before.Keys.Of(1, 0)], Token))[0].Path);
        Assert.Equal(1, before.ChunkCount);
        await using var after = await OpenAsync();
        Assert.Empty(after.Collections);
        Assert.Empty(after.Spaces);
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
            Assert.Equal(expected, view.Spaces.SelectMany(space => space.CollectionIds));
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
        await Assert.ThrowsAsync<StoreUnavailableException>(() => view.ReadTextsAsync([view.Keys.Of(1, 0)], Token));
    }

    private Task<StoreView> OpenAsync() => StoreView.OpenAsync(Store.Connections, AccessScope.Everything, null, Token);
}
