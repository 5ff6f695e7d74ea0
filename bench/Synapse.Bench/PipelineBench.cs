using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.LocalModels;
using Synapse.Retrieval;
using Synapse.Sqlite;
using Synapse.Storage;

namespace Synapse.Bench;

/// <summary>The whole way of a folder: walk, read, chunk, embed, analyse, commit, until it is searchable.</summary>
internal static class PipelineBench
{
    private const int ChunksPerFile = 8;

    /// <summary>Indexes a copy of a folder several times from nothing, then changes one file of it several times.</summary>
    public static async Task IndexRepositoryAsync(string folder, int runs, CancellationToken cancellationToken)
    {
        var work = Directory.CreateTempSubdirectory("synapse-bench-").FullName;
        try
        {
            var copy = Path.Combine(work, "source");
            Copy(folder, copy);
            for (var run = 0; run < runs; run++)
            {
                await using var services = Services(Path.Combine(work, $"data{run}"));
                var source = await AddSourceAsync(services, copy, cancellationToken);
                var clock = Stopwatch.StartNew();
                var outcome = await IndexAsync(services, source, null, cancellationToken);
                StoreBench.Report($"cold index, run {run + 1}", clock.Elapsed.TotalMilliseconds, $"ms ({outcome.FilesFound} files, {outcome.ChunksStored} chunks, {outcome.BytesFound / 1e6:F1} MB)");
                if (run == runs - 1)
                {
                    await ChangeOneFileAsync(services, source, copy, cancellationToken);
                }
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Makes a folder of text of so many chunks, indexes it into DIR/data, and searches it.</summary>
    public static async Task BulkAsync(string folder, int chunkCount, CancellationToken cancellationToken)
    {
        var files = Path.Combine(folder, "files");
        var bytes = MakeFiles(files, chunkCount);
        await using var services = Services(Path.Combine(folder, "data"));
        var source = await AddSourceAsync(services, files, cancellationToken);
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var outcome = await IndexAsync(services, source, null, cancellationToken);
        var elapsed = clock.Elapsed;
        processor = Environment.CpuUsage.TotalTime - processor;
        StoreBench.Report("chunks", outcome.ChunksStored, $"of {outcome.FilesFound} files, {bytes / 1e6:F0} MB");
        StoreBench.Report("bulk", outcome.ChunksStored / elapsed.TotalSeconds, $"chunks/s ({elapsed.TotalSeconds:F1} s)");
        StoreBench.Report("bulk, processor", processor.TotalMicroseconds / outcome.ChunksStored, "us per chunk");
        StoreBench.Report("resident", Process.GetCurrentProcess().WorkingSet64 / 1e6, "MB after indexing");
        var memory = GC.GetGCMemoryInfo();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"collections {GC.CollectionCount(0)}, {GC.CollectionCount(1)}, {GC.CollectionCount(2)}; paused {memory.PauseTimePercentage} %; committed {memory.TotalCommittedBytes / 1e6:F0} MB, {memory.HeapSizeBytes / 1e6:F0} MB in use, {memory.FragmentedBytes / 1e6:F0} MB in gaps; allocated {GC.GetTotalAllocatedBytes() / outcome.ChunksStored} bytes per chunk"));
        StoreBench.Report("data folder", Directory.GetFiles(Path.Combine(folder, "data")).Sum(file => new FileInfo(file).Length) / 1e6, "MB");
        await SearchAsync(services, chunkCount, cancellationToken);
    }

    /// <summary>Searches a data folder that <see cref="BulkAsync"/> made, with fusion and ranking, in this process.</summary>
    public static async Task SearchAsync(string folder, int chunkCount, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using var services = Services(Path.Combine(folder, "data"));
        services.GetRequiredService<SqliteStore>();
        StoreBench.Report("open", clock.Elapsed.TotalMilliseconds, "ms");
        await SearchAsync(services, chunkCount, cancellationToken);
    }

    private static async Task SearchAsync(ServiceProvider services, int chunkCount, CancellationToken cancellationToken)
    {
        var corpus = new SyntheticCorpus(1);
        var searcher = services.GetRequiredService<Searcher>();
        var store = services.GetRequiredService<ISearchStore>();
        var embedder = services.GetRequiredService<IEmbedder>();
        var times = new List<double>();
        var hybrid = new CpuClock();
        for (var i = 0; i < 1_200; i++)
        {
            var query = corpus.Query(i, chunkCount);
            if (i == 200)
            {
                hybrid.Start();
            }

            var clock = Stopwatch.StartNew();
            await searcher.SearchAsync(AccessScope.Everything, new SearchQuery(query), cancellationToken);
            if (i >= 200)
            {
                times.Add(clock.Elapsed.TotalMicroseconds);
            }
        }

        hybrid.Stop();
        StoreBench.Percentiles("hybrid search with ranking, in process", times);
        // Making up the questions is in it too, a few microseconds each.
        StoreBench.Report("hybrid search with ranking, processor", hybrid.Total.TotalMicroseconds / times.Count, "us per question");
        await using var snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, null, cancellationToken);
        double[] shares = [0, 0];
        var keyword = new List<double>();
        var vector = new List<double>();
        var keywordProcessor = new CpuClock();
        var vectorProcessor = new CpuClock();
        const int Samples = 200;
        var space = await embedder.GetSpaceAsync(cancellationToken);
        for (var i = 0; i < Samples; i++)
        {
            var query = QueryEmbeddings.Of(space, await embedder.EmbedQueryAsync(corpus.Query(i, chunkCount), cancellationToken));
            var clock = Stopwatch.StartNew();
            vectorProcessor.Start();
            var near = await snapshot.FindByEmbeddingAsync(query, 120, cancellationToken);
            vectorProcessor.Stop();
            vector.Add(clock.Elapsed.TotalMicroseconds);
            // So many that every row is compared.
            var all = await snapshot.FindByEmbeddingAsync(query, Math.Max(120, (int)snapshot.ChunkCount / 100), cancellationToken);
            shares[0] += all.Take(10).Intersect(near.Take(10)).Count() / 10.0;
            shares[1] += all.Take(100).Intersect(near.Take(100)).Count() / 100.0;
            var terms = services.GetRequiredService<Synapse.Retrieval.Analysis.TextAnalyzer>().AnalyzeQuery(corpus.Query(i, chunkCount));
            clock.Restart();
            keywordProcessor.Start();
            await snapshot.FindByKeywordsAsync(terms, 120, cancellationToken);
            keywordProcessor.Stop();
            keyword.Add(clock.Elapsed.TotalMicroseconds);
        }

        StoreBench.Percentiles("keyword side, 120 candidates", keyword);
        StoreBench.Percentiles("vector side, 120 candidates", vector);
        StoreBench.Report("keyword side, processor", keywordProcessor.Total.TotalMicroseconds / Samples, "us per question");
        StoreBench.Report("vector side, processor", vectorProcessor.Total.TotalMicroseconds / Samples, "us per question");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vector recall against comparing every row: @10 {shares[0] / Samples:F4}, @100 {shares[1] / Samples:F4}"));
        StoreBench.Report("resident", Process.GetCurrentProcess().WorkingSet64 / 1e6, "MB after searching");
    }

    private static async Task ChangeOneFileAsync(ServiceProvider services, Source source, string copy, CancellationToken cancellationToken)
    {
        var file = Directory.GetFiles(copy, "*", SearchOption.AllDirectories).Where(path => new FileInfo(path).Length is > 5_000 and < 50_000).Order(StringComparer.Ordinal).First();
        var path = Path.GetRelativePath(copy, file).Replace('\\', '/');
        var searcher = services.GetRequiredService<Searcher>();
        for (var i = 0; i < 10; i++)
        {
            var word = $"changedword{i}x";
            await File.AppendAllTextAsync(file, $"\n{word}\n", cancellationToken);
            var clock = Stopwatch.StartNew();
            await IndexAsync(services, source, [path], cancellationToken);
            var indexed = clock.Elapsed.TotalMilliseconds;
            var found = await searcher.SearchAsync(AccessScope.Everything, new SearchQuery(word), cancellationToken);
            if (found.Hits.Count == 0 || !found.Hits[0].Text.Contains(word, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"'{word}' was not found after its file was indexed.");
            }

            StoreBench.Report($"one changed file, run {i + 1}", indexed, $"ms until searchable ({clock.Elapsed.TotalMilliseconds:F1} with a search for the change)");
        }

        var walk = Stopwatch.StartNew();
        await IndexAsync(services, source, null, cancellationToken);
        StoreBench.Report("looking at all files, none changed", walk.Elapsed.TotalMilliseconds, "ms");
    }

    private static async Task<IngestionProgress> IndexAsync(ServiceProvider services, Source source, string[]? changed, CancellationToken cancellationToken)
        => (await services.GetRequiredService<IngestionPipeline>().RunAsync(source, changed, new IngestionWork(null, _ => { }), cancellationToken)).Progress;

    private static async Task<Source> AddSourceAsync(ServiceProvider services, string folder, CancellationToken cancellationToken)
    {
        var library = services.GetRequiredService<ILibraryStore>();
        var collection = await library.CreateCollectionAsync("bench", cancellationToken);
        return await library.AddSourceAsync(collection.Id, SourceKind.Folder, Path.GetFullPath(folder), cancellationToken);
    }

    private static ServiceProvider Services(string data)
        => new ServiceCollection().AddSingleton(typeof(ILogger<>), typeof(NullLogger<>)).AddSynapseIngestion().AddSynapseRetrieval().UseStaticEmbedder().UseSqlite(data).BuildServiceProvider();

    private static long MakeFiles(string folder, int chunkCount)
    {
        var corpus = new SyntheticCorpus(1);
        var bytes = 0L;
        for (var first = 0; first < chunkCount; first += ChunksPerFile)
        {
            var path = Path.Combine(folder, $"folder{first / 800}", $"document{first / ChunksPerFile}.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path))
            {
                File.WriteAllText(path, string.Join('\n', Enumerable.Range(first, Math.Min(ChunksPerFile, chunkCount - first)).Select(corpus.Chunk)));
            }

            bytes += new FileInfo(path).Length;
        }

        return bytes;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            if (!target.Contains("/.git/", StringComparison.Ordinal))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }
}
