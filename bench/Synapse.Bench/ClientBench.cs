using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Postgres;
using Synapse.PostgresServers;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Bench;

/// <summary>One process that searches a database, and two: each with several clients that ask again as soon as they have their answer. All of them and the database share the processors.</summary>
internal static class ClientBench
{
    /// <summary>The command by which a process that searches is started.</summary>
    public const string Command = "searching-client";

    private const int Dimensions = 384;
    private const int Batch = 2_048;
    private const int Clients = 4;
    private const int Seconds = 10;
    private const int Rounds = 3;

    private static readonly EmbeddingSpace s_space = new("bench", Dimensions);
    private static readonly MadeUpEmbeddings s_embeddings = new LayeredEmbeddings();

    /// <summary>Fills a database and lets one process search it, then two, in turns.</summary>
    public static async Task RunAsync(int chunks, CancellationToken cancellationToken)
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { Settings = new Dictionary<string, string> { ["shared_buffers"] = "512MB" } }, cancellationToken);
        await using var database = await server.CreateDatabaseAsync(cancellationToken);
        await FillAsync(database.Url, chunks, cancellationToken);
        await database.ExecuteAsync("VACUUM ANALYZE", cancellationToken);
        var processors = await DatabaseProcessors.OfAsync(database, cancellationToken);
        var ratios = new List<double>();
        for (var round = 1; round <= Rounds; round++)
        {
            var one = await MeasureAsync(database.Url, chunks, processes: 1, processors, cancellationToken);
            ratios.Add(await MeasureAsync(database.Url, chunks, processes: 2, processors, cancellationToken) / one);
        }

        StoreBench.Report("two processes to one, median", 100 * ratios.Order().ElementAt(Rounds / 2), "%");
        Console.WriteLine((await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Trim() + " load average");
    }

    /// <summary>Searches for so many seconds, and prints how many searches there were, their 95th percentile in microseconds, and the processor time in milliseconds.</summary>
    public static async Task SearchAsync(string url, int chunks, int seconds, CancellationToken cancellationToken)
    {
        await using var store = Open(url);
        var searcher = new Searcher(
            store, new Embedders(new BenchEmbedder(s_space, s_embeddings, chunks)), new TextAnalyzer(), Microsoft.Extensions.Options.Options.Create(new RetrievalOptions()), TimeProvider.System);
        await AskAsync(searcher, chunks, TimeSpan.FromSeconds(2), cancellationToken);
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync(cancellationToken);
        var before = Environment.CpuUsage.TotalTime;
        var times = await AskAsync(searcher, chunks, TimeSpan.FromSeconds(seconds), cancellationToken);
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times.Count} {times[times.Count * 95 / 100]:F0} {(Environment.CpuUsage.TotalTime - before).TotalMilliseconds:F0}"));
    }

    private static async Task<List<double>> AskAsync(Searcher searcher, int chunks, TimeSpan time, CancellationToken cancellationToken)
    {
        var next = Environment.ProcessId * 1_000;
        var clock = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(
            async () =>
            {
                var times = new List<double>();
                while (clock.Elapsed < time)
                {
                    var query = new SearchQuery(BenchEmbedder.Question(SyntheticDocuments.Corpus, Interlocked.Increment(ref next) % 5_000, Math.Min(chunks, SyntheticDocuments.DistinctChunks)), null, 10);
                    var start = Stopwatch.GetTimestamp();
                    await searcher.SearchAsync(AccessScope.Everything, query, cancellationToken);
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                }

                return times;
            },
            cancellationToken)));
        return [.. all.SelectMany(static times => times)];
    }

    private static async Task<double> MeasureAsync(string url, int chunks, int processes, DatabaseProcessors processors, CancellationToken cancellationToken)
    {
        var started = Enumerable.Range(0, processes).Select(_ => Start(url, chunks)).ToArray();
        try
        {
            foreach (var process in started)
            {
                await process.StandardOutput.ReadLineAsync(cancellationToken);
            }

            var before = processors.Read();
            var clock = Stopwatch.StartNew();
            foreach (var process in started)
            {
                await process.StandardInput.WriteLineAsync();
            }

            var lines = await Task.WhenAll(started.Select(process => process.StandardOutput.ReadLineAsync(cancellationToken).AsTask()));
            var (database, elapsed) = (processors.Read() - before, clock.Elapsed.TotalSeconds);
            var results = Array.ConvertAll(lines, static line => Array.ConvertAll(line!.Split(' '), static number => double.Parse(number, CultureInfo.InvariantCulture)));
            var perSecond = results.Sum(static result => result[0]) / Seconds;
            var name = processes == 1 ? "one process" : "two processes";
            StoreBench.Report(name, perSecond, FormattableString.Invariant($"searches/s, {Clients} clients each"));
            StoreBench.Report($"{name}, p95", results.Max(static result => result[1]), "us");
            StoreBench.Report($"{name}, processor of the database", 100 * database.TotalSeconds / elapsed / Environment.ProcessorCount, "% of the machine");
            StoreBench.Report($"{name}, processor of the processes", results.Sum(static result => result[2]) / 10 / elapsed / Environment.ProcessorCount, "% of the machine");
            return perSecond;
        }
        finally
        {
            foreach (var process in started)
            {
                process.StandardInput.Close();
                await process.WaitForExitAsync(CancellationToken.None);
                process.Dispose();
            }
        }
    }

    private static Process Start(string url, int chunks)
        => Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            [Command, url, chunks.ToString(CultureInfo.InvariantCulture), Seconds.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

    private static async Task FillAsync(string url, int chunks, CancellationToken cancellationToken)
    {
        await using var store = Open(url);
        var collection = await store.CreateCollectionAsync("searched", cancellationToken);
        await store.UseEmbeddingSpaceAsync(collection.Id, s_space, cancellationToken);
        var source = await store.AddSourceAsync(collection.Id, SourceKind.Folder, "/searched", cancellationToken);
        for (var done = 0; done < chunks; done += Batch)
        {
            await store.CommitAsync(
                new IngestionBatch(collection.Id, SyntheticDocuments.Make(source.Id, "searched", done, Math.Min(Batch, chunks - done), Dimensions, s_embeddings), [], []), cancellationToken);
        }

        await store.MaintainAsync(cancellationToken);
    }

    private static PostgresStore Open(string url)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>(DatabaseAddress.Variable, url)]).Build();
        return PostgresStore.Open(DatabaseAddress.Read(settings, [])!, new PostgresOptions(), TimeProvider.System, NullLogger<PostgresStore>.Instance);
    }
}
