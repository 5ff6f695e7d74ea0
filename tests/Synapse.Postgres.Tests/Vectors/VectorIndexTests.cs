using Synapse.Embedding;
using Synapse.Errors;
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

        Assert.True(await IsValidAsync($"vectors_1_of_{large}"));
        Assert.Single(await IndexesAsync());
    }

    [Theory]
    [InlineData("before the end of the build", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'synapse.{0}_next'::regclass")]
    [InlineData("before the old index went", "SELECT 1")]
    [InlineData("before the new index got its name", "DROP INDEX synapse.{0}")]
    public async Task A_new_index_takes_the_place_of_the_old_one_wherever_the_build_was_killed(string when, string fault)
    {
        var space = new EmbeddingSpace("test", 64);
        var (large, _) = await FillAsync("large", space, Chunks);
        await _store.MaintainAsync(Token);
        var name = $"vectors_1_of_{large}";
        await _database.ExecuteAsync($"CREATE INDEX {name}_next ON synapse.vectors_1 USING ivfflat (embedding halfvec_cosine_ops) WITH (lists = 50) WHERE collection_id = {large}", Token);
        await _database.ExecuteAsync(fault.Replace("{0}", name, StringComparison.Ordinal), Token);

        Assert.Equal(10, await CountNearestAsync(large, space));
        await _store.MaintainAsync(Token);

        Assert.True(await IndexesAsync() is [var left] && left == name && await IsValidAsync(name), $"Killed {when}, the build was not finished.");
        Assert.Equal(10, await CountNearestAsync(large, space));
    }

    [Fact]
    public async Task A_collection_that_outgrew_its_index_gets_a_new_one_and_a_build_that_is_killed_costs_nothing_but_its_time()
    {
        var space = new EmbeddingSpace("test", 64);
        var (large, _) = await FillAsync("large", space, Chunks);
        await _store.MaintainAsync(Token);
        var name = $"vectors_1_of_{large}";
        var before = await ListsAsync(name);
        await AddAsync(large, "more", space, 4 * Chunks, seed: 8);

        // Whoever changes the table keeps the build from its end.
        await using (var writer = await _database.ConnectAsync(Token))
        {
            await using var hold = new Npgsql.NpgsqlCommand("BEGIN; LOCK TABLE synapse.vectors_1 IN ROW EXCLUSIVE MODE", writer);
            await hold.ExecuteNonQueryAsync(Token);
            var building = _store.MaintainAsync(Token);
            while (!await _database.ScalarAsync<bool>($"SELECT to_regclass('synapse.{name}_next') IS NOT NULL", Token))
            {
                Assert.False(building.IsCompleted);
            }

            await AddAsync(large, "meanwhile", space, 50, seed: 9);
            Assert.Equal(10, await CountNearestAsync(large, space));
            await _database.TerminateBackendsAsync(Token);
            await Assert.ThrowsAnyAsync<SynapseException>(() => building);
        }

        Assert.False(await IsValidAsync(name + "_next"));
        await _store.MaintainAsync(Token);

        Assert.Equal([name], await IndexesAsync());
        Assert.True(await IsValidAsync(name));

        // Five times the chunks, and lists as their root.
        Assert.InRange(await ListsAsync(name), 2 * before, 3 * before);
        await _store.MaintainAsync(Token);
        Assert.Equal([name], await IndexesAsync());
    }

    [Fact]
    public async Task A_chunk_is_found_as_soon_as_it_is_committed_and_no_longer_when_it_is_removed()
    {
        var space = new EmbeddingSpace("test", 64);
        var (large, _) = await FillAsync("large", space, Chunks);
        await _store.MaintainAsync(Token);
        for (var i = 0; i < 10; i++)
        {
            // No other text has these words.
            var text = $"fresh{i} new{i} late{i}";
            await AddAsync(large, $"fresh{i}", space, [text]);
            var fresh = Assert.Single(await _store.ListDocumentsAsync(AccessScope.Everything, large, null, 1_000, Token), document => document.Path == $"fresh{i}/0.txt");
            Assert.Equal((fresh.Id, 1), await FindFirstAsync(text));
            await _store.CommitAsync(new IngestionBatch(large, [], [fresh.Id], []), Token);
            Assert.NotEqual(fresh.Id, (await FindFirstAsync(text)).DocumentId);
        }

        async Task<(long DocumentId, double Score)> FindFirstAsync(string text)
        {
            await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, [large], Token);
            var first = (await snapshot.FindByEmbeddingAsync(TestDocuments.Query(text, space), 1, Token))[0];
            return ((await snapshot.DescribeAsync([first.Key], Token))[0].DocumentId, Math.Round(first.Score, 2));
        }
    }

    [Fact]
    public async Task Each_space_of_a_collection_has_an_index_of_its_own()
    {
        var (old, changed) = (new EmbeddingSpace("old", 64), new EmbeddingSpace("new", 32));
        var (large, _) = await FillAsync("large", old, Chunks);
        await _store.UseEmbeddingSpaceAsync(large, changed, Token);
        await AddAsync(large, "changed", changed, Chunks, seed: 8);
        await _store.MaintainAsync(Token);

        Assert.Equal([$"vectors_1_of_{large}", $"vectors_2_of_{large}"], await IndexesAsync());
        Assert.Equal(10, await CountNearestAsync(large, old));
        Assert.Equal(10, await CountNearestAsync(large, changed));
    }

    [Theory]
    [InlineData(Chunks, 1)]
    [InlineData(Chunks + 1, 0)]
    public async Task The_index_does_not_wait_for_the_end_of_a_load_that_is_longer_than_searches_can_bear(int whileLoadingFrom, int indexes)
    {
        await using var store = Stores.Open(_database, new PostgresOptions { IndexedFrom = 1_000, IndexedWhileLoadingFrom = whileLoadingFrom, MaintainsItself = false });
        var (large, _) = await FillAsync("large", new EmbeddingSpace("test", 64), Chunks);
        var source = Assert.Single(await store.ListSourcesAsync(AccessScope.Everything, large, Token));
        await store.AddJobAsync(new JobRequest(large, source.Id, Synapse.Ingestion.IngestionJobPriority.Load), Token);
        await store.MaintainAsync(Token);

        Assert.Equal(indexes, (await IndexesAsync()).Length);
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
        await _store.AddSourceAsync(collection.Id, SourceKind.Folder, "/" + name, Token);
        var texts = await AddAsync(collection.Id, name, space, chunks, seed: 7);
        return (collection.Id, [.. texts.Select(text => TestDocuments.Embed(text, space.Dimensions))]);
    }

    private async Task<string[]> AddAsync(long collectionId, string folder, EmbeddingSpace space, int chunks, int seed)
    {
        var random = new Random(seed);
        var texts = Enumerable.Range(0, chunks).Select(_ => string.Join(' ', Enumerable.Range(0, 4).Select(_ => $"w{random.Next(60)}"))).ToArray();
        await AddAsync(collectionId, folder, space, texts);
        return texts;
    }

    private async Task AddAsync(long collectionId, string folder, EmbeddingSpace space, string[] texts)
    {
        var source = Assert.Single(await _store.ListSourcesAsync(AccessScope.Everything, collectionId, Token));
        var versions = texts.Chunk(50).Select((part, i) => TestDocuments.Make(space, source.Id, $"{folder}/{i}.txt", part)).ToArray();
        await _store.CommitAsync(TestDocuments.Batch(collectionId, versions), Token);
    }

    private async Task<int> CountNearestAsync(long collectionId, EmbeddingSpace space)
    {
        await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, [collectionId], Token);
        return (await snapshot.FindByEmbeddingAsync(TestDocuments.Query("w1 w2 w3", space), 10, Token)).Count;
    }

    private Task<bool> IsValidAsync(string index) => _database.ScalarAsync<bool>($"SELECT indisvalid FROM pg_index WHERE indexrelid = 'synapse.{index}'::regclass", Token);

    private Task<int> ListsAsync(string index)
        => _database.ScalarAsync<int>($"SELECT substring(reloptions[1] FROM '[0-9]+')::int FROM pg_class WHERE oid = 'synapse.{index}'::regclass", Token);

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
