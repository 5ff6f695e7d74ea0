using System.Diagnostics;
using System.Globalization;
using Synapse.Contracts;

namespace Synapse.Bench;

/// <summary>The product from outside: a server over HTTP, and the command line as a whole process.</summary>
internal static class ServerBench
{
    private const int Warm = 300;

    /// <summary>Starts a server on a data folder and asks it, one question at a time and then several at once.</summary>
    /// <param name="program">The command line program.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="chunkCount">Chunks of the made-up corpus that were indexed there.</param>
    public static async Task SearchOverHttpAsync(string program, string data, int chunkCount, CancellationToken cancellationToken)
    {
        const int Port = 38_471;
        var start = new ProcessStartInfo(program, ["serve", "--data", data, "--port", Port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using var server = Process.Start(start)!;
        try
        {
            while (await server.StandardOutput.ReadLineAsync(cancellationToken) is { } line && !line.Contains("Ctrl+C", StringComparison.Ordinal))
            {
            }

            var token = (await File.ReadAllTextAsync(Path.Combine(data, "token"), cancellationToken)).Trim();
            var corpus = new SyntheticCorpus(1);
            await AskAsync(token, Port, corpus, chunkCount, clients: 1, questions: Warm, cancellationToken);
            foreach (var clients in (int[])[1, 2, 8])
            {
                server.Refresh();
                var processor = server.TotalProcessorTime;
                var clock = Stopwatch.StartNew();
                var times = await AskAsync(token, Port, corpus, chunkCount, clients, questions: 2_000, cancellationToken);
                var elapsed = clock.Elapsed;
                server.Refresh();
                processor = server.TotalProcessorTime - processor;
                StoreBench.Percentiles($"search over HTTP, {clients} at once", times);
                StoreBench.Report($"search over HTTP, {clients} at once", times.Count / elapsed.TotalSeconds, "questions/s");
                StoreBench.Report($"search over HTTP, {clients} at once, processor of the server", processor.TotalMicroseconds / times.Count, "us per question");
            }

            server.Refresh();
            StoreBench.Report("server, resident", server.WorkingSet64 / 1e6, "MB");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Runs `synapse search` on a folder several times; the first indexes it.</summary>
    public static async Task SearchByCommandAsync(string program, string folder, string query, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("synapse-bench-").FullName;
        try
        {
            for (var run = 0; run < 8; run++)
            {
                var clock = Stopwatch.StartNew();
                using var command = Process.Start(
                    new ProcessStartInfo(program, ["search", query, folder, "--data", data, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                var errors = command.StandardError.ReadToEndAsync(cancellationToken);
                var output = await command.StandardOutput.ReadToEndAsync(cancellationToken);
                await command.WaitForExitAsync(cancellationToken);
                if (command.ExitCode != 0)
                {
                    throw new InvalidOperationException(output + await errors);
                }

                StoreBench.Report(run == 0 ? "synapse search, indexing first" : "synapse search, unchanged folder", clock.Elapsed.TotalMilliseconds, "ms, whole process");
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<List<double>> AskAsync(
        string token, int port, SyntheticCorpus corpus, int chunkCount, int clients, int questions, CancellationToken cancellationToken)
    {
        var queries = Enumerable.Range(0, questions).Select(i => corpus.Query(i, chunkCount)).ToArray();
        var next = -1;
        var all = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(
            async () =>
            {
                using var client = new SynapseClient($"http://127.0.0.1:{port}", token);
                var times = new List<double>();
                for (var i = Interlocked.Increment(ref next); i < queries.Length; i = Interlocked.Increment(ref next))
                {
                    var clock = Stopwatch.StartNew();
                    await client.SearchAsync(new SearchRequest(queries[i]), cancellationToken);
                    times.Add(clock.Elapsed.TotalMicroseconds);
                }

                return times;
            },
            cancellationToken)));
        return [.. all.SelectMany(times => times)];
    }
}
