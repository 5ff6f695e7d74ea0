using System.Diagnostics;
using Synapse.LocalModels.Onnx;
using Synapse.TinyModels;

namespace Synapse.Bench;

/// <summary>A sentence-transformers model of the size of all-MiniLM-L6-v2, with generated weights: the speed is that of the real one, the meaning is not.</summary>
internal static class ModelBench
{
    private const int Texts = 300;
    private const int Rounds = 3;

    public static async Task RunAsync(string folder, CancellationToken cancellationToken)
    {
        var path = WriteModel(folder);
        Load();
        var texts = MixedTexts();
        StoreBench.Report("resident before the model", Resident(), "MB");
        var clock = Stopwatch.StartNew();
        await using (var model = SentenceModel.Load(path))
        {
            StoreBench.Report("loading until ready", clock.Elapsed.TotalMilliseconds, "ms");
            StoreBench.Report("resident after loading", Resident(), "MB");
            await LatencyAsync(model, texts, cancellationToken);
            await OursAsync(model, texts, cancellationToken);
            StoreBench.Report("resident after long texts", Resident(), "MB");
        }

        foreach (var weights in (string[])["model", "model_quantized"])
        {
            await ThroughputAsync(path, weights, texts, cancellationToken);
        }
    }

    /// <summary>Writes the model, unless it is there; gives its folder.</summary>
    public static string WriteModel(string folder)
    {
        var path = Path.Combine(folder, "minilm");
        if (!Directory.Exists(path))
        {
            var written = TinyModelFolder.WriteSentenceModel(path, EncoderShape.MiniLm, vocabulary: TinyVocabulary.Large);
            written.WriteWeights("model_quantized.onnx", EncoderShape.MiniLm with { Quantized = true });
            // What was written is garbage now, and would count as memory of the model.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        return path;
    }

    /// <summary>Texts of 4 to about 250 words, most of them short, as chunks and titles are.</summary>
    public static string[] MixedTexts()
    {
        var random = new Random(17);
        var words = TinyVocabulary.Large.Where(static token => token.Length > 1 && char.IsLetter(token[0])).ToArray();
        return [.. Enumerable.Range(0, Texts).Select(_ => string.Join(' ', Enumerable.Range(0, 4 + (int)(246 * Math.Pow(random.NextDouble(), 2))).Select(_ => words[random.Next(words.Length)])))];
    }

    /// <summary>What somebody might ask: the first words of each text.</summary>
    public static string[] ShortQueries(string[] texts) => [.. texts.Select(static text => string.Join(' ', text.Split(' ').Take(12)))];

    /// <summary>Ours and theirs in turn, so that what else runs on the machine meets both.</summary>
    private static async Task ThroughputAsync(string path, string weights, string[] texts, CancellationToken cancellationToken)
    {
        var ratios = new List<(double Wall, double Processor)>();
        for (var round = 0; round < Rounds; round++)
        {
            ModelSpeed ours;
            await using (var model = SentenceModel.Load(path, new() { Weights = $"{weights}.onnx" }))
            {
                ours = await OursAsync(model, texts, cancellationToken);
            }

            var theirs = await TransformersJs.MeasureAsync(path, weights, texts, cancellationToken);
            Print($"{weights}, Synapse", ours);
            foreach (var speed in theirs)
            {
                Print($"{weights}, transformers.js, {speed.Size} {speed.Order}", speed);
            }

            if (theirs.Count > 0)
            {
                ratios.Add((ours.PerSecond / theirs.Max(static speed => speed.PerSecond), ours.PerProcessorSecond / theirs.Max(static speed => speed.PerProcessorSecond)));
            }

            Load();
        }

        if (ratios.Count > 0)
        {
            StoreBench.Report($"{weights}, tokens per second, median ratio to the best of transformers.js", Median(ratios.Select(static ratio => ratio.Wall)), "times");
            StoreBench.Report($"{weights}, tokens per processor second, median ratio to the best of transformers.js", Median(ratios.Select(static ratio => ratio.Processor)), "times");
        }
    }

    private static async Task<ModelSpeed> OursAsync(SentenceModel model, string[] texts, CancellationToken cancellationToken)
    {
        var inputs = texts.Select(static text => text.AsMemory()).ToArray();
        var destination = new float[texts.Length * model.Dimensions];
        await model.EmbedAsync(inputs[..64], TextSide.Plain, destination.AsMemory(0, 64 * model.Dimensions), cancellationToken);
        var (inside, threads) = model.RuntimeUse;
        using var process = Process.GetCurrentProcess();
        var processor = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var usage = await model.EmbedAsync(inputs, TextSide.Plain, destination, cancellationToken);
        var elapsed = clock.Elapsed;
        process.Refresh();
        StoreBench.Report("share of the threads' time inside ONNX Runtime", (model.RuntimeUse.Time - inside) / (elapsed * threads) * 100, "%");
        return new ModelSpeed("one call", texts.Length, usage.Tokens, elapsed.TotalSeconds, (process.TotalProcessorTime - processor).TotalSeconds, Resident());
    }

    /// <summary>One caller after another, and many at once, each with one text at a time.</summary>
    private static async Task LatencyAsync(SentenceModel model, string[] texts, CancellationToken cancellationToken)
    {
        var queries = ShortQueries(texts);
        foreach (var callers in (int[])[1, 1, 8, 64])
        {
            var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => AskAsync(model, queries, caller, Math.Max(20, 600 / callers), cancellationToken), cancellationToken)));
            StoreBench.Percentiles($"short query, {callers} callers", [.. times.SelectMany(static own => own)]);
        }

        StoreBench.Report("resident after queries", Resident(), "MB");
    }

    private static async Task<List<double>> AskAsync(SentenceModel model, string[] queries, int caller, int count, CancellationToken cancellationToken)
    {
        var destination = new float[model.Dimensions];
        var times = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await model.EmbedAsync([queries[((caller * 31) + i) % queries.Length].AsMemory()], TextSide.Query, destination, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return times;
    }

    private static double Resident() => Environment.WorkingSet / 1e6;

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    public static void Load() => Console.WriteLine($"load average: {(File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Trim() : "unknown")}");

    private static void Print(string what, ModelSpeed speed)
    {
        StoreBench.Report(what, speed.PerSecond, "tokens/s");
        StoreBench.Report(what, speed.PerProcessorSecond, "tokens per processor second");
        if (speed.Size < Texts)
        {
            StoreBench.Report($"{what}, resident", speed.ResidentMb, "MB");
        }
    }
}
