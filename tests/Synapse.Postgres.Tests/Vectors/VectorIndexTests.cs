using Synapse.Embedding;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.StoreConformance;
using Synapse.Storage;

namespace Synapse.Postgres.Tests.Vectors;

/// <summary>Large collections have a vector index of their own.</summary>
public sealed class VectorIndexTests : IAsyncLifetime
{
    private const int Chunks = 1_500;

    private PostgresDatabase _database = null!;
    private PostgresStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        _store = Stores.Open(_database, new PostgresOptions { IndexedFrom = 1_000, MaintainsItself = false });
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(64)]
    [InlineData(2_500)]
    [InlineData(4_200)]
    public async Task A_large_collection_is_searched_by_its_index_in_any_number_of_dimensions(int dimensions)
    {
        var space = new EmbeddingSpace("test", dimensions);
        var (large, vectors) = await FillAsync("large", space, Chunks);
        var (small, _) = await FillAsync("small", space, 30);
        await _store.MaintainAsync(Token);

        Assert.Equal([$"vectors_1_of_{large}"], await IndexesAsync());
        Assert.Contains($"vectors_1_of_{large}", await PlanAsync(large, dimensions), StringComparison.Ordinal);
        await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, [large], Token);
        var found = 0;
        for (var i = 0; i < 20; i++)
        {
            var query = TestDocuments.Embed($"w{i} w{i + 1} w{2 * i}", dimensions);
            var expected = vectors.Select(vector => vector.Zip(query, static (a, b) => a * b).Sum()).OrderDescending().Take(10).ToArray();
            var nearest = await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(space, query), 10, Token);
            Assert.Equal(10, nearest.Count);
            found += nearest.Count(chunk => chunk.Score >= expected[9] - 0.002f);
        }

        // Words drawn at random lie evenly in all directions, which is the hardest case for signs.
        Assert.True(found >= 190, $"Of the 200 nearest, {found} were found.");
        await using var both = await _store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var all = await both.DescribeAsync([.. (await both.FindByEmbeddingAsync(TestDocuments.Query("w1 w2", space), 200, Token)).Select(static chunk => chunk.Key)], Token);
        Assert.Equal(200, all.Count);
        Assert.Equal([large, small], all.Select(static chunk => chunk.CollectionId).Distinct().Order());
        await using var filtered = await _store.OpenSnapshotAsync(AccessScope.Of([small]), null, Token);
        Assert.Equal(30, (await filtered.FindByEmbeddingAsync(TestDocuments.Query("w1 w2", space), 100, Token)).Count);
    }

    [Fact]
    public async Task Whoever_asks_for_more_than_an_index_can_promise_gets_every_chunk()
    {
        var space = new EmbeddingSpace("test", 64);
        var (large, vectors) = await FillAsync("large", space, Chunks);
        await _store.MaintainAsync(Token);

        await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, [large], Token);
        var query = TestDocuments.Embed("w1 w2 w3", 64);
        var all = await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(space, query), 2 * Chunks, Token);

        Assert.Equal(Chunks, all.Count);
        Assert.All(
            all.Zip(vectors.Select(vector => vector.Zip(query, static (a, b) => a * b).Sum()).OrderDescending()), static pair => Assert.Equal(pair.Second, pair.First.Score, 0.002));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(21)]
    public async Task Removed_chunks_do_not_take_the_place_of_those_that_are_there(int keptDocuments)
    {
        var space = new EmbeddingSpace("test", 64);
        var (large, _) = await FillAsync("large", space, 4 * Chunks);
        await _store.MaintainAsync(Token);
        var documents = await _store.ListDocumentsAsync(AccessScope.Everything, large, null, 1_000, Token);
        await _store.CommitAsync(new IngestionBatch(large, [], [.. documents.Skip(keptDocuments).Select(static document => document.Id)], []), Token);

        await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        Assert.Equal(50, (await snapshot.FindByEmbeddingAsync(TestDocuments.Query("w1 w2 w3", space), 50, Token)).Count);
    }

    [Fact]
    public async Task An_index_that_a_killed_build_left_behind_is_built_anew()
    {
        var (large, _) = await FillAsync("large", new EmbeddingSpace("test", 64), Chunks);
        await _store.MaintainAsync(Token);
        await _database.ExecuteAsync($"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'synapse.vectors_1_of_{large}'::regclass", Token);
        await _store.MaintainAsync(Token);

        Assert.True(await _database.ScalarAsync<bool>($"SELECT indisvalid FROM pg_index WHERE indexrelid = 'synapse.vectors_1_of_{large}'::regclass", Token));
    }

    [Fact]
    public async Task The_index_waits_for_the_end_of_a_bulk_load()
    {
        var (large, _) = await FillAsync("large", new EmbeddingSpace("test", 64), Chunks);
        var source = Assert.Single(await _store.ListSourcesAsync(AccessScope.Everything, large, Token));
        var job = await _store.AddJobAsync(new JobRequest(large, source.Id, Synapse.Ingestion.IngestionJobPriority.Load), Token);
        await _store.MaintainAsync(Token);
        Assert.Empty(await IndexesAsync());

        await _database.ExecuteAsync($"UPDATE synapse.jobs SET state = 3 WHERE id = {job.Id}", Token);
        await _store.MaintainAsync(Token);
        Assert.Single(await IndexesAsync());
    }

    [Fact]
    public async Task The_index_goes_with_its_collection()
    {
        var (large, _) = await FillAsync("large", new EmbeddingSpace("test", 64), Chunks);
        await _store.MaintainAsync(Token);
        Assert.True(await _store.RemoveCollectionAsync(AccessScope.Everything, large, Token));

        Assert.Empty(await IndexesAsync());
        Assert.Equal(0, await _database.ScalarAsync<long>("SELECT count(*) FROM synapse.vectors_1", Token));
    }

    private async Task<(long CollectionId, List<float[]> Vectors)> FillAsync(string name, EmbeddingSpace space, int chunks)
    {
        var collection = await _store.CreateCollectionAsync(name, Token);
        await _store.UseEmbeddingSpaceAsync(collection.Id, space, Token);
        var source = await _store.AddSourceAsync(collection.Id, SourceKind.Folder, "/" + name, Token);
        var random = new Random(7);
        var texts = Enumerable.Range(0, chunks).Select(_ => string.Join(' ', Enumerable.Range(0, 4).Select(_ => $"w{random.Next(60)}"))).ToArray();
        var versions = texts.Chunk(50).Select((part, i) => TestDocuments.Make(space, source.Id, $"{i}.txt", part)).ToArray();
        await _store.CommitAsync(TestDocuments.Batch(collection.Id, versions), Token);
        return (collection.Id, [.. texts.Select(text => TestDocuments.Embed(text, space.Dimensions))]);
    }

    private Task<string[]> IndexesAsync()
        => _database.ScalarAsync<string[]>("SELECT coalesce(array_agg(indexname::text ORDER BY indexname), '{}') FROM pg_indexes WHERE schemaname = 'synapse' AND indexname LIKE 'vectors%\\_of\\_%'", Token);

    /// <summary>How the server would answer the question for the nearest of a collection.</summary>
    private async Task<string> PlanAsync(long collectionId, int dimensions)
    {
        var distance = dimensions <= 4_000
            ? "embedding <=> (SELECT embedding FROM vectors_1 LIMIT 1)"
            : $"binary_quantize(embedding)::bit({dimensions}) <~> (SELECT binary_quantize(embedding)::bit({dimensions}) FROM vectors_1 LIMIT 1)";
        await using var connection = await _database.ConnectAsync(Token);
        await using var command = new Npgsql.NpgsqlCommand(
            $"SET search_path = synapse, public; SET enable_sort = off; EXPLAIN SELECT document_id FROM vectors_1 WHERE collection_id = {collectionId} ORDER BY {distance} LIMIT 10", connection);
        await using var rows = await command.ExecuteReaderAsync(Token);
        var plan = new List<string>();
        while (await rows.ReadAsync(Token))
        {
            plan.Add(rows.GetString(0));
        }

        return string.Join('\n', plan);
    }
}
