using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.Storage;
using Synapse.StoreConformance;

namespace Synapse.Postgres.Tests.Ingestion;

/// <summary>A commit and the indexes that change with it.</summary>
public sealed class CommitTests : IAsyncLifetime
{
    private readonly RecordedIndex _first = new("first");
    private readonly RecordedIndex _second = new("second");
    private PostgresDatabase _database = null!;
    private PostgresStore _store = null!;
    private Collection _collection = null!;
    private Source _source = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        _store = Stores.Open(_database, further: [_first, _second]);
        await _database.ExecuteAsync(RecordedIndex.Table, Token);
        _collection = await _store.CreateCollectionAsync("docs", Token);
        await _store.UseEmbeddingSpaceAsync(_collection.Id, StoreHarness.Space, Token);
        _source = await _store.AddSourceAsync(_collection.Id, SourceKind.Folder, "/docs", Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Indexes_are_called_in_their_order_inside_the_transaction()
    {
        await CommitAsync(Make("a.txt", "apple", "banana"), Make("b.txt", "cherry"));
        await CommitAsync(Make("a.txt", "apple"));
        await _store.CommitAsync(new IngestionBatch(_collection.Id, [], [2, 2, 77], []), Token);
        Assert.True(await _store.RemoveSourceAsync(AccessScope.Everything, _source.Id, Token));
        Assert.True(await _store.RemoveCollectionAsync(AccessScope.Everything, _collection.Id, Token));
        Assert.Equal(
            [
                "first: write 1,2 with 3 chunks", "second: write 1,2 with 3 chunks",
                "first: remove 1 of 2 in 1", "second: remove 1 of 2 in 1", "first: write 3 with 1 chunks", "second: write 3 with 1 chunks",
                "first: remove 2 of 1 in 1", "second: remove 2 of 1 in 1",
                "first: remove 3 of 1 in 1", "second: remove 3 of 1 in 1",
                "first: remove collection 1", "second: remove collection 1",
            ],
            await RecordedAsync());
    }

    [Fact]
    public async Task An_index_that_fails_leaves_everything_as_it_was()
    {
        await CommitAsync(Make("a.txt", "apple"));
        var before = await RecordedAsync();
        _second.OnWrite = _ => throw new InvalidOperationException("The second index failed.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(Make("a.txt", "banana"), Make("b.txt", "cherry")));
        await Assert.ThrowsAsync<ArgumentException>(() => CommitAsync(Make("unfit.txt", "banana")));
        Assert.Equal(before, await RecordedAsync());
        await CheckAppleAsync();
    }

    [Fact]
    public async Task A_commit_whose_connection_is_ended_is_made_once_more_from_the_start()
    {
        await CommitAsync(Make("a.txt", "apple"));
        var tries = 0;
        _second.OnWrite = _ => ++tries == 1 ? _database.TerminateBackendsAsync(Token) : Task.CompletedTask;
        await CommitAsync(Make("a.txt", "banana", "cherry"));
        var document = Assert.Single(await _store.ListDocumentsAsync(AccessScope.Everything, _collection.Id, null, 10, Token));
        Assert.Equal((2, "banana\ncherry\n"), (tries, await _store.ReadTextAsync(AccessScope.Everything, document.Id, Token)));
        Assert.Equal(new[] { (1L, 2L) }, (await _store.ListCollectionsAsync(AccessScope.Everything, Token)).Select(each => (each.DocumentCount, each.ChunkCount)));
        // The key of the try that failed is not used again.
        Assert.Equal($"second: write {document.Id} with 2 chunks", (await RecordedAsync())[^1]);
        Assert.Equal(3, document.Id);
    }

    [Fact]
    public async Task A_full_disk_keeps_nothing_of_the_batch_and_everything_from_before()
    {
        await CommitAsync(Make("a.txt", "apple"));
        await _database.ExecuteAsync(
            """
            CREATE FUNCTION synapse.fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER fills BEFORE INSERT ON synapse.chunks FOR EACH ROW WHEN (NEW.ordinal > 0) EXECUTE FUNCTION synapse.fill();
            """,
            Token);
        await Assert.ThrowsAsync<DiskFullException>(() => CommitAsync(Make("a.txt", "banana"), Make("b.txt", "cherry", "damson")));
        await CheckAppleAsync();
        await _database.ExecuteAsync("DROP TRIGGER fills ON synapse.chunks", Token);
        await CommitAsync(Make("a.txt", "banana"), Make("b.txt", "cherry", "damson"));
        Assert.Equal(2, (await _store.ListDocumentsAsync(AccessScope.Everything, _collection.Id, null, 10, Token)).Count);
    }

    [Fact]
    public async Task A_batch_that_another_server_overtook_with_another_space_is_refused()
    {
        await using var other = Stores.Open(_database);
        var space = new EmbeddingSpace("other", StoreHarness.Space.Dimensions);
        _first.OnWrite = async _ => await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            // The collection is taken: the other server waits until this commit is over.
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var moving = other.UseEmbeddingSpaceAsync(_collection.Id, space, stop.Token).AsTask();
            while (await _database.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{_database.Name}' AND wait_event_type = 'Lock'", Token) == 0)
            {
                Assert.False(moving.IsCompleted);
            }

            await stop.CancelAsync();
            await moving;
        });
        await CommitAsync(Make("a.txt", "apple"));
        _first.OnWrite = null;
        await other.UseEmbeddingSpaceAsync(_collection.Id, space, Token);
        var late = TestDocuments.Batch(_collection.Id, Make("b.txt", "banana")) with { SpaceFingerprint = StoreHarness.Space.Fingerprint };
        await Assert.ThrowsAsync<EmbeddingSpaceChangedException>(() => _store.CommitAsync(late, Token).AsTask());
        Assert.Equal("", Assert.Single(await _store.ListDocumentStatesAsync(_source.Id, Token)).ContentHash);
    }

    [Fact]
    public async Task Embeddings_are_read_with_their_texts_in_the_space_of_the_collection_alone()
    {
        await CommitAsync(Make("a.txt", "apple", "banana cherry"));
        var document = Assert.Single(await _store.ListDocumentStatesAsync(_source.Id, Token));
        var read = await _store.ReadEmbeddingsAsync(_collection.Id, document.DocumentId, Token);
        Assert.Equal(["apple\n", "banana cherry\n"], read.Select(each => each.Text));
        // Of half precision: eleven bits.
        Assert.All(TestDocuments.Embed("banana cherry").Zip(read[1].Embedding.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 0.001));
        Assert.Empty(await _store.ReadEmbeddingsAsync(99, document.DocumentId, Token));
        Assert.Empty(await _store.ReadEmbeddingsAsync(_collection.Id, 99, Token));
        await _store.UseEmbeddingSpaceAsync(_collection.Id, new EmbeddingSpace("other", 64), Token);
        Assert.Empty(await _store.ReadEmbeddingsAsync(_collection.Id, document.DocumentId, Token));
    }

    [Fact]
    public async Task A_changed_byte_in_a_text_is_found_when_the_text_is_read()
    {
        await CommitAsync(Make("a.txt", "apple"), Make("b.txt", "banana"));
        await _database.ExecuteAsync("UPDATE synapse.document_text SET bytes = 'grape'::bytea || substr(bytes, 6) WHERE document_id = 1", Token);
        var damaged = await Assert.ThrowsAsync<StoreCorruptException>(() => _store.ReadTextAsync(AccessScope.Everything, 1, Token).AsTask());
        Assert.Contains("document 1 is not as it was written", damaged.Message, StringComparison.Ordinal);
        Assert.Equal("banana\n", await _store.ReadTextAsync(AccessScope.Everything, 2, Token));
        await _database.ExecuteAsync("DELETE FROM synapse.document_text WHERE document_id = 2", Token);
        Assert.Contains("ends early", (await Assert.ThrowsAsync<StoreCorruptException>(() => _store.ReadTextAsync(AccessScope.Everything, 2, Token).AsTask())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Characters_that_a_database_cannot_hold_are_replaced_and_the_text_stays_whole()
    {
        var text = "a\0b\ud800c\n";
        var version = Make("nul.txt", "x") with { Text = text, Language = "te\0xt" };
        var chunk = version.Chunks[0] with { EndOffset = text.Length, Heading = "head\0ing", Symbol = "half\udc00", Definitions = ["\0"] };
        await CommitAsync(version with { Chunks = [chunk] });
        var document = Assert.Single(await _store.ListDocumentsAsync(AccessScope.Everything, _collection.Id, null, 10, Token));
        Assert.Equal("te\uFFFDxt", document.Language);
        Assert.Equal("a\0b\uFFFDc\n", await _store.ReadTextAsync(AccessScope.Everything, document.Id, Token));
        Assert.Equal("head\uFFFDing|half\uFFFD|\uFFFD", await _database.ScalarAsync<string>("SELECT heading || '|' || symbol || '|' || definitions[1] FROM synapse.chunks", Token));
        Assert.Equal("plain 😀", Commands.Storable("plain 😀"));
    }

    private DocumentVersion Make(string path, params string[] paragraphs) => TestDocuments.Make(_source.Id, path, paragraphs);

    private Task CommitAsync(params DocumentVersion[] versions) => _store.CommitAsync(TestDocuments.Batch(_collection.Id, versions), Token).AsTask();

    private async Task CheckAppleAsync()
    {
        var document = Assert.Single(await _store.ListDocumentsAsync(AccessScope.Everything, _collection.Id, null, 10, Token));
        Assert.Equal("apple\n", await _store.ReadTextAsync(AccessScope.Everything, document.Id, Token));
        Assert.Equal(1, Assert.Single(await _store.ListCollectionsAsync(AccessScope.Everything, Token)).ChunkCount);
    }

    private Task<List<string>> RecordedAsync()
        => _store.Connections.QueryAsync((connection, token) => connection.ListAsync("SELECT entry FROM recorded ORDER BY place", [], row => row.GetString(0), token), Token);
}
