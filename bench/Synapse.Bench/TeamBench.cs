using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pgvector;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Postgres;
using Synapse.PostgresServers;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite;
using Synapse.Storage;

namespace Synapse.Bench;

/// <summary>Both stores with the same chunks: loading, size, hybrid search over everything and over a collection with a hundredth of it, and the recall of its vector side.</summary>
internal static class TeamBench
{
    private const int Dimensions = 384;
    private const int BatchChunks = 2_048;
    private const int Questions = 500;
    private const int ExactQuestions = 100;
    private const int LiveChunks = 32_768;
    private const int SmallShare = 100;

    private static readonly EmbeddingSpace s_space = new("bench", Dimensions);

    public static async Task RunAsync(string folder, IReadOnlyList<string> stores, MadeUpEmbeddings embeddings, IReadOnlyList<int> sizes, CancellationToken cancellationToken)
    {
        foreach (var size in sizes)
        {
            foreach (var store in stores)
            {
                Console.WriteLine(FormattableString.Invariant($"== {store}, {size:N0} chunks, {embeddings.Name} embeddings, load average {(await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Trim()}"));
                await (store == "sqlite" ? SqliteAsync(Path.Combine(folder, FormattableString.Invariant($"sqlite-{size}")), embeddings, size, cancellationToken) : PostgresAsync(embeddings, size, cancellationToken));
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }

    private static async Task SqliteAsync(string folder, MadeUpEmbeddings embeddings, int size, CancellationToken cancellationToken)
    {
        try
        {
            await using var store = SqliteStore.Open(folder, TimeProvider.System, NullLogger<SqliteStore>.Instance);
            var loaded = await LoadAsync(store, store, store, embeddings, size, cancellationToken);
            var clock = Stopwatch.StartNew();
            store.MergeAll();
            StoreBench.Report("settling", clock.Elapsed.TotalSeconds, "s");
            StoreBench.Report("on the disk", Directory.GetFiles(folder).Sum(static file => new FileInfo(file).Length) / (double)loaded.Chunks, "bytes per chunk");
            await SearchAsync(store, embeddings, loaded, async (collection, vector) =>
            {
                // Every row is compared where a limit asks for half of them.
                await using var snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, [collection], cancellationToken);
                return [.. (await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(s_space, vector), (int)(snapshot.ChunkCount / 2) + 1, cancellationToken)).Take(10).Select(static chunk => chunk.Score)];
            }, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task PostgresAsync(MadeUpEmbeddings embeddings, int size, CancellationToken cancellationToken)
    {
        await using var server = await PostgresServer.StartAsync(
            new PostgresServerOptions
            {
                IsDurable = true,
                Settings = new Dictionary<string, string>
                {
                    ["shared_buffers"] = "3GB",
                    ["effective_cache_size"] = "12GB",
                    ["max_wal_size"] = "8GB",
                    ["checkpoint_timeout"] = "15min",
                    ["random_page_cost"] = "1.1",
                },
            },
            cancellationToken);
        await using var database = await server.CreateDatabaseAsync(cancellationToken);
        var settings = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>(DatabaseAddress.Variable, database.Url)]).Build();
        await using var store = PostgresStore.Open(
            DatabaseAddress.Read(settings, [])!, new PostgresOptions { IndexMemoryMegabytes = 3_000 }, TimeProvider.System, NullLogger<PostgresStore>.Instance);
        var loaded = await LoadAsync(store, store, store, embeddings, size, cancellationToken);
        var clock = Stopwatch.StartNew();
        await SettleAsync(store, size, cancellationToken);
        StoreBench.Report("settling: merging the rest, building vector indexes", clock.Elapsed.TotalSeconds, "s");
        await using var connection = await database.ConnectAsync(cancellationToken);
        clock.Restart();
        await using (var vacuum = new NpgsqlCommand("VACUUM ANALYZE", connection) { CommandTimeout = 0 })
        {
            await vacuum.ExecuteNonQueryAsync(cancellationToken);
        }

        StoreBench.Report("vacuum", clock.Elapsed.TotalSeconds, "s");
        StoreBench.Report("on the disk", await database.ScalarAsync<long>("SELECT pg_database_size(current_database())", cancellationToken) / (double)loaded.Chunks, "bytes per chunk");
        foreach (var table in (string[])["vectors_1", "chunks", "document_text", "segment_pages", "segment_headers", "documents"])
        {
            StoreBench.Report($"of that {table}", await database.ScalarAsync<long>($"SELECT pg_total_relation_size('synapse.{table}')", cancellationToken) / (double)loaded.Chunks, "bytes per chunk");
        }

        await using (var prepare = new NpgsqlCommand("SET search_path = synapse, public; SET enable_indexscan = off", connection))
        {
            await prepare.ExecuteNonQueryAsync(cancellationToken);
        }

        await SearchAsync(store, embeddings, loaded, (collection, vector) => ExactAsync(connection, collection, vector, cancellationToken), cancellationToken);

        await AddLiveAsync(store, embeddings, loaded, cancellationToken);
        var indexed = await database.ScalarAsync<long[]>("SELECT array_agg(chunk_count ORDER BY up_to) FROM synapse.vector_indexes WHERE collection_id = (SELECT max(id) FROM synapse.collections)", cancellationToken);
        Console.WriteLine(FormattableString.Invariant($"indexed then: {string.Join(" + ", indexed)} of {loaded.Chunks - (size / SmallShare) + (2 * LiveChunks)} chunks"));
    }

    /// <summary>Waits until so many chunks are in vector indexes, and everything else is done that the store does by and by.</summary>
    public static async Task SettleAsync(PostgresStore store, int chunks, CancellationToken cancellationToken)
    {
        do
        {
            // The store's own work beside it may be at it already.
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            await store.MaintainAsync(cancellationToken);
        }
        while (await store.Connections.QueryAsync(CountAsync, cancellationToken) < chunks);

        static async Task<decimal> CountAsync(NpgsqlConnection connection, CancellationToken token)
        {
            await using var command = new NpgsqlCommand("SELECT coalesce(sum(chunk_count), 0) FROM vector_indexes", connection);
            return (decimal)(await command.ExecuteScalarAsync(token))!;
        }
    }

    /// <summary>Adds to the large collection, whose index is there: alone, and while somebody searches it all the time.</summary>
    private static async Task AddLiveAsync(PostgresStore store, MadeUpEmbeddings embeddings, Loaded loaded, CancellationToken cancellationToken)
    {
        var alone = await FillAsync(store, embeddings, loaded.Large, loaded.Source, "live", loaded.Chunks, LiveChunks, cancellationToken);
        StoreBench.Report("adding with the vector index live", LiveChunks / alone, "chunks/s");

        var times = new List<double>();
        var adding = Task.Run(() => FillAsync(store, embeddings, loaded.Large, loaded.Source, "searched", loaded.Chunks + LiveChunks, LiveChunks, cancellationToken), cancellationToken);
        var searcher = Searcher(store, new BenchEmbedder(s_space, embeddings, loaded.Chunks));
        for (var question = 0; !adding.IsCompleted; question++)
        {
            var query = new SearchQuery(BenchEmbedder.Question(SyntheticDocuments.Corpus, question, SyntheticDocuments.DistinctChunks), null, 10);
            var start = Stopwatch.GetTimestamp();
            await searcher.SearchAsync(AccessScope.Everything, query, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        StoreBench.Report("adding with the vector index live, being searched", LiveChunks / await adding, "chunks/s");
        StoreBench.Percentiles("hybrid search of everything, being added to", times);
    }

    private static Searcher Searcher(ISearchStore store, BenchEmbedder embedder)
        => new(store, new Embedders(embedder), new TextAnalyzer(), Microsoft.Extensions.Options.Options.Create(new RetrievalOptions()), TimeProvider.System);

    private static async Task<Loaded> LoadAsync(ILibraryStore library, IIngestionStore ingestion, IJobStore jobs, MadeUpEmbeddings embeddings, int size, CancellationToken cancellationToken)
    {
        var collections = new List<long>();
        var chunks = 0;
        var source = 0L;
        var seconds = 0.0;
        foreach (var (name, count) in new[] { ("small", size / SmallShare), ("large", size) })
        {
            var collection = await library.CreateCollectionAsync(name, cancellationToken);
            await ingestion.UseEmbeddingSpaceAsync(collection.Id, s_space, cancellationToken);
            source = (await library.AddSourceAsync(collection.Id, SourceKind.Folder, "/" + name, cancellationToken)).Id;

            // As long as a job is to be done, a large collection waits for its index.
            var job = await jobs.AddJobAsync(new JobRequest(collection.Id, source, IngestionJobPriority.Load), cancellationToken);
            seconds = await FillAsync(ingestion, embeddings, collection.Id, source, name, chunks, count, cancellationToken);
            await jobs.CancelJobAsync(AccessScope.Everything, job.Id, cancellationToken);
            collections.Add(collection.Id);
            chunks += count;
        }

        StoreBench.Report("loading", size / seconds, "chunks/s, commits alone, merging at the same time");
        return new Loaded(collections[0], collections[1], source, chunks);
    }

    /// <summary>Adds made-up documents.</summary>
    /// <returns>Seconds that the commits took; making the documents is not counted.</returns>
    private static async Task<double> FillAsync(IIngestionStore store, MadeUpEmbeddings embeddings, long collectionId, long sourceId, string name, int first, int count, CancellationToken cancellationToken)
    {
        var clock = new Stopwatch();
        for (var done = 0; done < count; done += BatchChunks)
        {
            var batch = new IngestionBatch(collectionId, SyntheticDocuments.Make(sourceId, name, first + done, Math.Min(BatchChunks, count - done), Dimensions, embeddings), [], []);
            clock.Start();
            await store.CommitAsync(batch, cancellationToken);
            clock.Stop();
        }

        return clock.Elapsed.TotalSeconds;
    }

    private static async Task SearchAsync(ISearchStore store, MadeUpEmbeddings embeddings, Loaded loaded, Func<long, float[], Task<IReadOnlyList<float>>> exact, CancellationToken cancellationToken)
    {
        var corpus = SyntheticDocuments.Corpus;
        var embedder = new BenchEmbedder(s_space, embeddings, loaded.Chunks);
        var searcher = Searcher(store, embedder);
        foreach (var (what, ids, of) in new (string, long[]?, long)[] { ("everything", null, loaded.Large), ("a hundredth", [loaded.Small], loaded.Small) })
        {
            for (var round = 0; round < 2; round++)
            {
                var times = new List<double>();
                for (var question = 0; question < Questions; question++)
                {
                    var query = new SearchQuery(BenchEmbedder.Question(corpus, question, SyntheticDocuments.DistinctChunks), ids, 10);
                    var start = Stopwatch.GetTimestamp();
                    await searcher.SearchAsync(AccessScope.Everything, query, cancellationToken);
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                }

                StoreBench.Percentiles($"hybrid search of {what}{(round == 0 ? ", first time" : "")}", times);
            }

            var truth = new List<IReadOnlyList<float>>();
            for (var question = 0; question < ExactQuestions; question++)
            {
                truth.Add(await exact(of, embedder.Vector(question)));
            }

            foreach (var limit in (int[])[10, 120])
            {
                StoreBench.Report($"recall@10 of vectors, {what}, limit {limit}", 100 * await RecallAsync(store, of, embedder, truth, limit, cancellationToken), "%");
            }
        }

        StoreBench.Report("resident, this process", Environment.WorkingSet / 1e6, "MB");
    }

    /// <summary>The share of the true nearest ten that is found, by score: what ties with the tenth counts as found.</summary>
    private static async Task<double> RecallAsync(
        ISearchStore store, long collection, BenchEmbedder embedder, List<IReadOnlyList<float>> truth, int limit, CancellationToken cancellationToken)
    {
        var found = 0;
        for (var question = 0; question < ExactQuestions; question++)
        {
            var vector = embedder.Vector(question);
            await using var snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, [collection], cancellationToken);
            var nearest = await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(s_space, vector), limit, cancellationToken);
            found += nearest.Take(10).Count(chunk => chunk.Score >= truth[question][9] - 1e-5f);
        }

        return found / (10.0 * ExactQuestions);
    }

    private static async Task<IReadOnlyList<float>> ExactAsync(NpgsqlConnection connection, long collection, float[] vector, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT 1 - (embedding <=> $1::halfvec) FROM vectors_1 WHERE collection_id = $2 ORDER BY embedding <=> $1::halfvec LIMIT 10", connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter { Value = new Vector(vector).ToString() });
        command.Parameters.Add(new NpgsqlParameter { Value = collection });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var scores = new List<float>();
        while (await rows.ReadAsync(cancellationToken))
        {
            scores.Add((float)rows.GetDouble(0));
        }

        return scores;
    }

    private sealed record Loaded(long Small, long Large, long Source, int Chunks);
}
