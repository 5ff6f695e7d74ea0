using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite;
using Synapse.Storage;

namespace Synapse.Bench;

/// <summary>The embedded store by itself: analysing and committing, opening, keyword and vector search.</summary>
internal static class StoreBench
{
    private const int Dimensions = 256;
    private const int ChunksPerDocument = 8;
    private const int DocumentsPerBatch = 256;

    /// <summary>Fills a store. Copies of each document under other paths make a large store of less text to analyse.</summary>
    public static async Task BuildAsync(string folder, int chunkCount, int copies, CancellationToken cancellationToken)
    {
        var corpus = new SyntheticCorpus(1);
        var analyzer = new TextAnalyzer();
        await using var store = SqliteStore.Open(folder, TimeProvider.System, NullLogger<SqliteStore>.Instance);
        var collection = await store.CreateCollectionAsync("bench", cancellationToken);
        await store.UseEmbeddingSpaceAsync(collection.Id, new EmbeddingSpace("bench", Dimensions), cancellationToken);
        var source = await store.AddSourceAsync(collection.Id, SourceKind.Folder, "/bench", cancellationToken);
        var analysing = new CpuClock();
        var committing = new CpuClock();
        var wall = new Stopwatch();
        var bytes = 0L;
        for (var first = 0; first < chunkCount; first += DocumentsPerBatch * ChunksPerDocument)
        {
            var versions = new List<DocumentVersion>();
            for (var document = first; document < Math.Min(chunkCount, first + DocumentsPerBatch * ChunksPerDocument); document += ChunksPerDocument)
            {
                versions.Add(MakeVersion(corpus, analyzer, source.Id, document, analysing));
                bytes += versions[^1].SizeBytes;
            }

            for (var copy = 0; copy < copies; copy++)
            {
                var copied = versions.Select(version => version with { Path = copy == 0 ? version.Path : $"copy{copy}/{version.Path}" }).ToList();
                wall.Start();
                committing.Start();
                await store.CommitAsync(new IngestionBatch(collection.Id, copied, [], []), cancellationToken);
                committing.Stop();
                wall.Stop();
            }
        }

        Report("analyse", analysing.Total.TotalMicroseconds / chunkCount, "us of processor per chunk");
        Report("commit", committing.Total.TotalMicroseconds / chunkCount / copies, "us of processor per chunk, merging at the same time included");
        Report("commit", wall.Elapsed.TotalMicroseconds / chunkCount / copies, "us per chunk");
        Report("text", bytes / 1e6, "MB");
        Report("file", Directory.GetFiles(folder).Sum(file => new FileInfo(file).Length) / 1e6, "MB");
        for (var i = 0; i < 5; i++)
        {
            var change = MakeVersion(corpus, analyzer, source.Id, i * ChunksPerDocument, analysing);
            wall.Restart();
            await store.CommitAsync(new IngestionBatch(collection.Id, [change with { ContentHash = new string('1', 64) }], [], []), cancellationToken);
            Report("commit of one document", wall.Elapsed.TotalMilliseconds, "ms");
        }
    }

    public static async Task QueryAsync(string folder, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using var store = SqliteStore.Open(folder, TimeProvider.System, NullLogger<SqliteStore>.Instance);
        Report("open", clock.Elapsed.TotalMilliseconds, "ms");
        await using var snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, null, cancellationToken);
        Report("chunks", snapshot.ChunkCount, "");
        Report("resident", Process.GetCurrentProcess().WorkingSet64 / 1e6, "MB");
        var corpus = new SyntheticCorpus(1);
        var analyzer = new TextAnalyzer();
        var queries = Enumerable.Range(0, 1_000).Select(i => analyzer.AnalyzeQuery(corpus.Query(i, (int)snapshot.ChunkCount))).ToArray();
        foreach (var limit in (int[])[10, 100])
        {
            for (var warm = 0; warm < 2; warm++)
            {
                var times = new List<double>();
                foreach (var query in queries)
                {
                    clock.Restart();
                    await snapshot.FindByKeywordsAsync(query, limit, cancellationToken);
                    times.Add(clock.Elapsed.TotalMicroseconds);
                }

                Percentiles($"keyword top {limit}", times);
            }
        }

        var vectors = Enumerable.Range(0, 200).Select(i =>
        {
            var vector = new float[Dimensions];
            SyntheticCorpus.Embed(10_000_000 + i, vector);
            return vector;
        }).ToArray();
        foreach (var limit in (int[])[10, 100])
        {
            var times = new List<double>();
            foreach (var vector in vectors)
            {
                clock.Restart();
                await snapshot.FindByEmbeddingAsync(QueryEmbeddings.Of(new EmbeddingSpace("bench", Dimensions), vector), limit, cancellationToken);
                times.Add(clock.Elapsed.TotalMicroseconds);
            }

            Percentiles($"vector top {limit}", times);
        }

        Report("resident", Process.GetCurrentProcess().WorkingSet64 / 1e6, "MB");
    }

    public static void Percentiles(string name, List<double> microseconds)
    {
        microseconds.Sort();
        Report(name + " p50", microseconds[microseconds.Count / 2], "us");
        Report(name + " p95", microseconds[microseconds.Count * 95 / 100], "us");
        Report(name + " p99", microseconds[microseconds.Count * 99 / 100], "us");
    }

    public static void Report(string name, double value, string unit)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-40} {value,12:F1} {unit}"));

    private static DocumentVersion MakeVersion(SyntheticCorpus corpus, TextAnalyzer analyzer, long sourceId, int firstChunk, CpuClock analysing)
    {
        var texts = Enumerable.Range(firstChunk, ChunksPerDocument).Select(corpus.Chunk).ToArray();
        var text = string.Concat(texts);
        var path = $"folder{firstChunk / 800}/document{firstChunk / ChunksPerDocument}.txt";
        var chunks = new List<Chunk>();
        var terms = new List<ChunkTerms>();
        var embeddings = new float[ChunksPerDocument * Dimensions];
        var start = 0;
        for (var i = 0; i < ChunksPerDocument; i++)
        {
            var chunk = new Chunk(i, start, start + texts[i].Length, i * 16 + 1, i * 16 + 16, ChunkKind.Prose, null, null, false);
            chunks.Add(chunk);
            SyntheticCorpus.Embed(firstChunk + i, embeddings.AsSpan(i * Dimensions, Dimensions));
            start += texts[i].Length;
        }

        analysing.Start();
        foreach (var chunk in chunks)
        {
            terms.Add(analyzer.AnalyzeChunk(text.AsSpan(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset), chunk, path));
        }

        analysing.Stop();
        return new DocumentVersion(sourceId, path, "text", new string('0', 64), text.Length, DateTimeOffset.UnixEpoch, text, 16 * ChunksPerDocument, chunks, terms, embeddings);
    }
}

/// <summary>Processor time of this process, all threads, between starts and stops.</summary>
internal sealed class CpuClock
{
    private TimeSpan _started;

    public TimeSpan Total { get; private set; }

    public void Start() => _started = Environment.CpuUsage.TotalTime;

    public void Stop() => Total += Environment.CpuUsage.TotalTime - _started;
}
