using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.LocalModels.Static;
using Synapse.Postgres;
using Synapse.PostgresServers;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.Bench;

/// <summary>A collection is switched to another model in this process while it is searched so many times a second: what searches cost before, during and after, and how many failed.</summary>
internal static class SwitchBench
{
    private const int BatchChunks = 2_048;
    private const int PerSecond = 40;
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(10);

    /// <summary>Switches in each of the stores.</summary>
    public static async Task RunAsync(string folder, IReadOnlyList<string> stores, int chunks, CancellationToken cancellationToken)
    {
        foreach (var name in stores)
        {
            Console.WriteLine(FormattableString.Invariant($"== {name}, {chunks:N0} chunks, load average {(await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Trim()}"));
            if (name == "sqlite")
            {
                var place = Path.Combine(folder, "switch");
                await using (var store = SqliteStore.Open(place, TimeProvider.System, NullLogger<SqliteStore>.Instance))
                {
                    await SwitchAsync(store, store, store, store, chunks, cancellationToken);
                }

                Directory.Delete(place, recursive: true);
                continue;
            }

            await using var server = await PostgresServer.StartAsync(
                new PostgresServerOptions { IsDurable = true, Settings = new Dictionary<string, string> { ["shared_buffers"] = "1GB", ["max_wal_size"] = "4GB" } }, cancellationToken);
            await using var database = await server.CreateDatabaseAsync(cancellationToken);
            var settings = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>(DatabaseAddress.Variable, database.Url)]).Build();
            await using var team = PostgresStore.Open(DatabaseAddress.Read(settings, [])!, new PostgresOptions(), TimeProvider.System, NullLogger<PostgresStore>.Instance);
            await SwitchAsync(team, team, team, team, chunks, cancellationToken);
        }
    }

    private static async Task SwitchAsync(
        ILibraryStore library, IIngestionStore ingestion, ISearchStore search, ISwitchStore switches, int chunks, CancellationToken cancellationToken)
    {
        var embedders = new Embedders(new Renamed("old"), new Renamed("new"));
        var collection = await FillAsync(library, ingestion, embedders.BuiltIn, chunks, cancellationToken);
        if (ingestion is PostgresStore team)
        {
            await TeamBench.SettleAsync(team, chunks, cancellationToken);
        }

        var options = Options.Create(new RetrievalOptions());
        var analyzer = new TextAnalyzer();
        var searcher = new Searcher(search, embedders, analyzer, options, TimeProvider.System);
        var switching = new ModelSwitching(
            switches, ingestion, search, library, embedders, PassageCache.None, analyzer, options, TimeProvider.System, NullLogger<ModelSwitching>.Instance);
        await SearchAsync(searcher, chunks, Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellationToken), cancellationToken);
        var before = await SearchAsync(searcher, chunks, Task.Delay(s_calm, TimeProvider.System, cancellationToken), cancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var working = switching.RunAsync(stop.Token);
        var clock = Stopwatch.StartNew();
        await switching.StartAsync(collection, "new", SwitchWish.Switch, cancellationToken);
        var during = await SearchAsync(searcher, chunks, WaitAsync(switches, collection.Id, clock, cancellationToken), cancellationToken);
        var after = await SearchAsync(searcher, chunks, Task.Delay(s_calm, TimeProvider.System, cancellationToken), cancellationToken);
        await stop.CancelAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        StoreBench.Percentiles("search before", before);
        StoreBench.Percentiles("search during", during);
        StoreBench.Percentiles("search after", after);
        StoreBench.Report("p95 during to before", 100 * P95(during) / P95(before), "%");
    }

    private static double P95(List<double> sorted) => sorted[sorted.Count * 95 / 100];

    private static async Task WaitAsync(ISwitchStore switches, long collectionId, Stopwatch clock, CancellationToken cancellationToken)
    {
        var (filled, ready) = (false, false);
        while (true)
        {
            var now = (await switches.FindSwitchAsync(AccessScope.Everything, collectionId, cancellationToken))!;
            if (!filled && now.Progress.IsComplete)
            {
                filled = true;
                StoreBench.Report("filled after", clock.Elapsed.TotalSeconds, "s");
            }

            if (!ready && now.State != SwitchState.Filling)
            {
                ready = true;
                StoreBench.Report("prepared and measured after", clock.Elapsed.TotalSeconds, "s");
            }

            if (now.State == SwitchState.Switched)
            {
                StoreBench.Report("switched after", clock.Elapsed.TotalSeconds, "s");
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Searches at a steady pace until something is over; a search that is late does not hold the next one up.</summary>
    private static async Task<List<double>> SearchAsync(Searcher searcher, int chunks, Task until, CancellationToken cancellationToken)
    {
        var running = new List<Task<double>>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; !until.IsCompleted; i++)
        {
            running.Add(Task.Run(
                async () =>
                {
                    var start = Stopwatch.GetTimestamp();
                    var found = await searcher.SearchAsync(AccessScope.Everything, new SearchQuery(SyntheticDocuments.Corpus.Query(i, Math.Min(chunks, SyntheticDocuments.DistinctChunks))), cancellationToken);
                    return found.Hits.Count > 0 && found.Degraded.Count == 0 ? Stopwatch.GetElapsedTime(start).TotalMicroseconds : throw new InvalidOperationException("A search failed.");
                },
                cancellationToken));
            var next = TimeSpan.FromSeconds((i + 1.0) / PerSecond) - clock.Elapsed;
            if (next > TimeSpan.Zero)
            {
                await Task.Delay(next, TimeProvider.System, cancellationToken);
            }
        }

        await until;
        return [.. await Task.WhenAll(running)];
    }

    private static async Task<Collection> FillAsync(ILibraryStore library, IIngestionStore ingestion, IEmbedder embedder, int chunks, CancellationToken cancellationToken)
    {
        var space = await embedder.GetSpaceAsync(cancellationToken);
        var collection = await library.CreateCollectionAsync("switched", cancellationToken);
        await ingestion.UseEmbeddingSpaceAsync(collection.Id, space, cancellationToken);
        var source = await library.AddSourceAsync(collection.Id, SourceKind.Folder, "/switched", cancellationToken);
        for (var done = 0; done < chunks; done += BatchChunks)
        {
            var versions = SyntheticDocuments.Make(source.Id, "switched", done, Math.Min(BatchChunks, chunks - done), space.Dimensions, new LayeredEmbeddings());
            for (var i = 0; i < versions.Count; i++)
            {
                var version = versions[i];
                var embeddings = new float[version.Chunks.Count * space.Dimensions];
                await embedder.EmbedPassagesAsync([.. version.Chunks.Select(chunk => version.Text.AsMemory(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset))], embeddings, cancellationToken);
                versions[i] = version with { Embeddings = embeddings };
            }

            await ingestion.CommitAsync(new IngestionBatch(collection.Id, versions, [], []), cancellationToken);
        }

        return collection;
    }

    /// <summary>The built-in model under another name, and so in another space.</summary>
    private sealed class Renamed(string model) : IEmbedder
    {
        private readonly StaticEmbedder _embedder = new();

        public bool IsLocal => true;

        public async ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken)
            => (await ((IEmbedder)_embedder).GetSpaceAsync(cancellationToken)) with { Model = model };

        public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => ((IEmbedder)_embedder).EmbedQueryAsync(query, cancellationToken);

        public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
            => ((IEmbedder)_embedder).EmbedPassagesAsync(passages, destination, cancellationToken);
    }
}
