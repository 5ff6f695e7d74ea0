using System.Diagnostics;
using System.Globalization;

namespace Synapse.Bench;

/// <summary>The embedding server from outside, over HTTP, with a model of all-MiniLM-L6-v2's size. Clients and server share the processors.</summary>
internal static class ServiceBench
{
    private const int Starts = 5;
    private const int Rounds = 3;
    private const int BatchTexts = 32;
    private const int InFlight = 4;
    private const int Clients = 64;
    private const int Goal = 4;
    private static readonly TimeSpan s_roundsEnd = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan s_openLoop = TimeSpan.FromSeconds(12);

    /// <param name="folder">Where the model is written.</param>
    /// <param name="program">Path of the server's program.</param>
    public static async Task RunAsync(string folder, string program, CancellationToken cancellationToken)
    {
        var path = ModelBench.WriteModel(folder);
        var model = Path.GetFileName(path);
        var texts = ModelBench.MixedTexts();
        ModelBench.Load();
        await StartsAsync(program, path, cancellationToken);
        var (server, _) = await EmbeddingServerProcess.StartAsync(program, path, cancellationToken);
        await using (server)
        {
            StoreBench.Report("resident after the start", server.ResidentMb, "MB");
            await ThroughputAsync(server, path, texts, cancellationToken);
            StoreBench.Report("resident after long texts", server.ResidentMb, "MB");
            ModelBench.Load();
            await LatencyAsync(server, model, ModelBench.ShortQueries(texts), cancellationToken);
            StoreBench.Report("resident at the end", server.ResidentMb, "MB");
            ModelBench.Load();
        }
    }

    private static async Task StartsAsync(string program, string path, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var start = 0; start < Starts; start++)
        {
            var (server, took) = await EmbeddingServerProcess.StartAsync(program, path, cancellationToken);
            await server.DisposeAsync();
            times.Add(took.TotalMilliseconds);
        }

        StoreBench.Report("start of the process until /health is good, first", times[0], "ms");
        StoreBench.Report($"median of {Starts}", times.Order().ElementAt(Starts / 2), "ms");
    }

    /// <summary>Ours and theirs in turn, so that what else runs on the machine meets both.</summary>
    private static async Task ThroughputAsync(EmbeddingServerProcess server, string path, string[] texts, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var ratios = new List<(double AsGiven, double Best)>();
        for (var round = 0; round < Rounds && clock.Elapsed < s_roundsEnd; round++)
        {
            var ours = await OursAsync(server, Path.GetFileName(path), texts, cancellationToken);
            StoreBench.Report($"over HTTP, {InFlight} batches of {BatchTexts} in flight", ours, "tokens/s");
            var theirs = await TransformersJs.MeasureAsync(path, "model", texts, cancellationToken);
            foreach (var speed in theirs)
            {
                StoreBench.Report($"transformers.js, {speed.Size} {speed.Order}", speed.PerSecond, "tokens/s");
            }

            if (theirs.Count > 0)
            {
                ratios.Add((ours / theirs[0].PerSecond, ours / theirs.Max(static speed => speed.PerSecond)));
            }
        }

        if (ratios.Count > 0)
        {
            StoreBench.Report("median ratio to transformers.js as given", ratios.Select(static ratio => ratio.AsGiven).Order().ElementAt(ratios.Count / 2), "times");
            StoreBench.Report("median ratio to transformers.js at its best", ratios.Select(static ratio => ratio.Best).Order().ElementAt(ratios.Count / 2), "times");
        }
    }

    private static async Task<double> OursAsync(EmbeddingServerProcess server, string model, string[] texts, CancellationToken cancellationToken)
    {
        // Twice, so that the ends, where fewer are in flight, count little.
        string[][] batches = [.. texts.Chunk(BatchTexts), .. texts.Chunk(BatchTexts)];
        using var client = new BareClient(server.Address);
        await client.EmbedAsync(model, batches[0], base64: true, cancellationToken);
        var (inside, tokens, processor) = (await server.MeasureAsync("runtime_seconds_total", cancellationToken), await server.MeasureAsync("tokens_total", cancellationToken), server.ProcessorTime);
        var clock = Stopwatch.StartNew();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(
            async () =>
            {
                for (var i = Interlocked.Increment(ref next); i < batches.Length; i = Interlocked.Increment(ref next))
                {
                    await client.EmbedAsync(model, batches[i], base64: true, cancellationToken);
                }
            },
            cancellationToken)));
        var seconds = clock.Elapsed.TotalSeconds;
        processor = server.ProcessorTime - processor;
        inside = await server.MeasureAsync("runtime_seconds_total", cancellationToken) - inside;
        tokens = await server.MeasureAsync("tokens_total", cancellationToken) - tokens;
        StoreBench.Report("over HTTP, share of the threads' time inside ONNX Runtime", inside / seconds / await server.MeasureAsync("runtime_threads", cancellationToken) * 100, "%");
        StoreBench.Report("over HTTP", tokens / processor.TotalSeconds, "tokens per processor second of the server");
        return tokens / seconds;
    }

    private static async Task LatencyAsync(EmbeddingServerProcess server, string model, string[] queries, CancellationToken cancellationToken)
    {
        var load = new SingleInputLoad(server.Address, model, queries);
        await load.ClosedLoopAsync(clients: 1, requests: 200, cancellationToken);
        var one = await load.ClosedLoopAsync(clients: 1, requests: 500, cancellationToken);
        Print("1 client, one request after the other", one, null);
        await load.ClosedLoopAsync(Clients, requests: Clients * 10, cancellationToken);
        var closed = await load.ClosedLoopAsync(Clients, requests: Clients * 80, cancellationToken);
        Print($"{Clients} clients, each one request after the other", closed, one);
        Explain(one, closed);
        foreach (var share in (double[])[0.25, 0.5, 0.75])
        {
            var open = await load.OpenLoopAsync(Clients, closed.PerSecond * share, s_openLoop, cancellationToken);
            var planned = closed.PerSecond * share / Clients;
            Print(string.Create(CultureInfo.InvariantCulture, $"{Clients} clients, {planned:F1} requests/s planned each, {share:P0} of that rate"), open, one);
        }
    }

    private static void Print(string name, LoadResult result, LoadResult? one)
    {
        StoreBench.Report(name, result.PerSecond, $"requests/s, {result.Errors} errors");
        StoreBench.Percentiles(name, result.Microseconds);
        if (result.LateMicroseconds is { Count: > 0 } late)
        {
            StoreBench.Report($"{name}, sent later than planned, p50", late.Order().ElementAt(late.Count / 2), "us, part of the above");
        }

        if (one is not null)
        {
            var ratio = result.P95 / one.P95;
            StoreBench.Report($"{name}, p95 to that of 1 client", ratio, $"times: the goal of less than {Goal} without an error is {(ratio < Goal && result.Errors == 0 ? "met" : "missed")}");
        }
    }

    /// <summary>Why clients that never pause cannot meet the goal.</summary>
    private static void Explain(LoadResult one, LoadResult closed)
    {
        var (alone, shared) = (1e3 / one.PerSecond, 1e3 / closed.PerSecond);
        var least = Clients * shared;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {Clients} clients that never pause wait {Clients} x {shared:F2} ms = {least:F1} ms on average, whatever the order; one alone waits {alone:F2} ms: {least / alone:F1} times."));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  Less than {Goal} times would need {Clients} inputs in {Goal * alone:F1} ms, {Clients / (Goal * alone) * 1e3:F0} requests/s; these {Environment.ProcessorCount} processors do {closed.PerSecond:F0}."));
    }
}
