using Synapse.Embedding;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.Postgres.Vectors;
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

        var index = Assert.Single(await IndexesAsync());
        Assert.StartsWith($"vectors_1_of_{large}_0_", index, StringComparison.Ordinal);
        Assert.Contains(index, await PlanAsync(large, dimensions), StringComparison.Ordinal);
        await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, [large], Token);
        var found = 0;
        for (var i = 0; i < 20; i++)
        {
            var query = TestDocuments.Embed($"w{i} w{i + 1} w{2 * i}", dimensions);
            var least = Exact(vectors, query).ElementAt(9);
            var nearest = await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(space, query), 10, Token);
            Assert.Equal(10, nearest.Count);
            found += nearest.Count(chunk => chunk.Score >= least - 0.002f);
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
            all.Zip(Exact(vectors, query)), static pair => Assert.Equal(pair.Second, pair.First.Score, 0.002));
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
    public async Task An_index_that_is_broken_is_built_anew_and_what_a_killed_build_left_is_taken_away()
    {
        var (large, _) = await FillAsync("large", new EmbeddingSpace("test", 64), Chunks);
        await _store.MaintainAsync(Token);
        var index = Assert.Single(await IndexesAsync());
        await _database.ExecuteAsync($"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'synapse.{index}'::regclass", Token);
        await _database.ExecuteAsync($"CREATE INDEX vectors_1_of_{large}_0_1 ON synapse.vectors_1(ordinal) WHERE collection_id = {large}", Token);
        await _database.ExecuteAsync($"CREATE INDEX vectors_1_of_{large}9_0_1 ON synapse.vectors_1(ordinal) WHERE collection_id = {large}9", Token);
        await _store.MaintainAsync(Token);

        // What begins like it is another's.
        Assert.Equal([$"vectors_1_of_{large}9_0_1", index], (await IndexesAsync()).Order(StringComparer.Ordinal));
        Assert.True(await _database.ScalarAsync<bool>($"SELECT indisvalid FROM pg_index WHERE indexrelid = 'synapse.{index}'::regclass", Token));
    }

    [Fact]
    public async Task What_comes_later_is_found_at_once_and_indexed_once_there_is_enough_of_it()
    {
        var space = new EmbeddingSpace("test", 64);
        var (large, vectors) = await FillAsync("large", space, 6 * Chunks);
        await _store.MaintainAsync(Token);
        var first = Assert.Single(await IndexesAsync());

        vectors.AddRange(await AddAsync(large, "few", 500, 8));
        await _store.MaintainAsync(Token);
        Assert.Equal([first], await IndexesAsync());
        await CheckNearestAsync(large, vectors);

        // A range of its own: to take the first in again would cost six times as much.
        vectors.AddRange(await AddAsync(large, "more", 600, 9));
        await _store.MaintainAsync(Token);
        var both = await IndexesAsync();
        Assert.Equal(2, both.Length);
        Assert.Contains(first, both);
        await CheckNearestAsync(large, vectors);

        vectors.AddRange(await AddAsync(large, "many", Chunks, 10));
        await _store.MaintainAsync(Token);
        Assert.DoesNotContain(first, Assert.Single(await IndexesAsync()), StringComparison.Ordinal);
        await CheckNearestAsync(large, vectors);
        Assert.Equal(vectors.Count, await _database.ScalarAsync<long>("SELECT sum(chunk_count)::bigint FROM synapse.vector_indexes", Token));
    }

    [Fact]
    public async Task Removed_documents_are_taken_out_of_the_counts_of_the_range_that_they_were_in()
    {
        var (large, _) = await FillAsync("large", new EmbeddingSpace("test", 64), 6 * Chunks);
        await _store.MaintainAsync(Token);
        await AddAsync(large, "more", 1_100, 9);
        await _store.MaintainAsync(Token);
        var documents = await _store.ListDocumentsAsync(AccessScope.Everything, large, null, 1_000, Token);
        long[] removed = [.. documents.Where(static document => document.Path is "3.txt" or "more3.txt" or "more4.txt").Select(static document => document.Id)];
        Assert.Equal(3, removed.Length);
        await _store.CommitAsync(new IngestionBatch(large, [], removed, []), Token);

        var counts = await _database.ScalarAsync<long[]>("SELECT array_agg(chunk_count ORDER BY up_to) FROM synapse.vector_indexes", Token);
        Assert.Equal([(6 * Chunks) - 50, 1_000], counts);
    }

    [Fact]
    public async Task A_view_from_before_two_indexes_were_made_one_goes_on_with_what_it_saw()
    {
        var space = new EmbeddingSpace("test", 64);
        var (large, vectors) = await FillAsync("large", space, 6 * Chunks);
        await _store.MaintainAsync(Token);
        vectors.AddRange(await AddAsync(large, "more", 1_100, 9));
        await _store.MaintainAsync(Token);
        await using var before = await _store.OpenSnapshotAsync(AccessScope.Everything, [large], Token);
        await AddAsync(large, "unseen", Chunks, 10);
        // A view that has read nothing of the table yet keeps nobody from dropping an index of it.
        var maintaining = _store.MaintainAsync(Token);
        var query = TestDocuments.Embed("w1 w2 w3", 64);
        var nearest = await before.FindByEmbeddingAsync(QueryEmbeddings.Of(space, query), 20, Token);
        await before.DisposeAsync();
        await maintaining;

        Assert.Single(await IndexesAsync());
        Assert.All(nearest.Zip(Exact(vectors, query)), static pair => Assert.Equal(pair.Second, pair.First.Score, 0.002));
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

    private async Task CheckNearestAsync(long collectionId, List<float[]> vectors)
    {
        await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, [collectionId], Token);
        var found = 0;
        for (var i = 0; i < 20; i++)
        {
            var query = TestDocuments.Embed($"w{i} w{i + 1} w{2 * i}", 64);
            var least = Exact(vectors, query).ElementAt(9);
            found += (await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(new EmbeddingSpace("test", 64), query), 10, Token)).Count(chunk => chunk.Score >= least - 0.002f);
        }

        Assert.True(found >= 195, $"Of the 200 nearest, {found} were found.");
    }

    private static IEnumerable<float> Exact(List<float[]> vectors, float[] query)
        => vectors.Select(vector => vector.Zip(query, static (a, b) => a * b).Sum()).OrderDescending();

    private async Task<List<float[]>> AddAsync(long collectionId, string name, int chunks, int seed)
    {
        var source = Assert.Single(await _store.ListSourcesAsync(AccessScope.Everything, collectionId, Token));
        return await AddAsync(collectionId, source.Id, new EmbeddingSpace("test", 64), name, chunks, seed);
    }

    private async Task<List<float[]>> AddAsync(long collectionId, long sourceId, EmbeddingSpace space, string name, int chunks, int seed)
    {
        var random = new Random(seed);
        var texts = Enumerable.Range(0, chunks).Select(_ => string.Join(' ', Enumerable.Range(0, 4).Select(_ => $"w{random.Next(60)}"))).ToArray();
        var versions = texts.Chunk(50).Select((part, i) => TestDocuments.Make(space, sourceId, $"{name}{i}.txt", part)).ToArray();
        await _store.CommitAsync(TestDocuments.Batch(collectionId, versions), Token);
        return [.. texts.Select(text => TestDocuments.Embed(text, space.Dimensions))];
    }

    private async Task<(long CollectionId, List<float[]> Vectors)> FillAsync(string name, EmbeddingSpace space, int chunks)
    {
        var collection = await _store.CreateCollectionAsync(name, Token);
        await _store.UseEmbeddingSpaceAsync(collection.Id, space, Token);
        var source = await _store.AddSourceAsync(collection.Id, SourceKind.Folder, "/" + name, Token);
        return (collection.Id, await AddAsync(collection.Id, source.Id, space, "", chunks, 7));
    }

    private Task<string[]> IndexesAsync()
        => _database.ScalarAsync<string[]>("SELECT coalesce(array_agg(indexname::text ORDER BY indexname), '{}') FROM pg_indexes WHERE schemaname = 'synapse' AND indexname LIKE 'vectors%\\_of\\_%'", Token);

    /// <summary>How the server would answer the question for the nearest of a collection.</summary>
    private async Task<string> PlanAsync(long collectionId, int dimensions)
    {
        var distance = dimensions <= 4_000
            ? "embedding <=> (SELECT embedding FROM vectors_1 LIMIT 1)"
            : $"binary_quantize(embedding)::bit({dimensions}) <~> (SELECT binary_quantize(embedding)::bit({dimensions}) FROM vectors_1 LIMIT 1)";
        var upTo = await _database.ScalarAsync<long>($"SELECT up_to FROM synapse.vector_indexes WHERE collection_id = {collectionId}", Token);
        await using var connection = await _database.ConnectAsync(Token);
        await using var command = new Npgsql.NpgsqlCommand(
            $"SET search_path = synapse, public; SET enable_sort = off; EXPLAIN SELECT document_id FROM vectors_1 WHERE {VectorTable.WithinRange(collectionId, 0, upTo)} ORDER BY {distance} LIMIT 10", connection);
        await using var rows = await command.ExecuteReaderAsync(Token);
        var plan = new List<string>();
        while (await rows.ReadAsync(Token))
        {
            plan.Add(rows.GetString(0));
        }

        return string.Join('\n', plan);
    }
}
