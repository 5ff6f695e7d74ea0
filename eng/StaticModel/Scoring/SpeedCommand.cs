using System.Diagnostics;
using System.Globalization;
using Synapse.LocalModels.Static;

namespace Synapse.StaticModel.Scoring;

/// <summary><c>speed</c>: chunks per second on one core, and the time to the first embedding.</summary>
internal static class SpeedCommand
{
    private const int ChunkChars = 1_300;

    /// <param name="weightsPath">A weights file, or <c>resource</c>.</param>
    /// <param name="textPath">Any text; it is cut into chunks of 1,300 characters.</param>
    public static void Run(string weightsPath, string textPath)
    {
        var watch = Stopwatch.StartNew();
        var embedder = new StaticEmbedder(weightsPath == "resource" ? StaticWeights.FromResource() : StaticWeights.FromFile(weightsPath));
        var opened = watch.Elapsed;
        var vector = new float[StaticWeights.Dimensions];
        embedder.Embed("how long until the first answer", vector.AsSpan());
        var first = watch.Elapsed;
        var text = File.ReadAllText(textPath);
        var chunks = text.Length / ChunkChars;
        var best = double.MaxValue;
        var allocated = 0L;
        for (var round = 0; round < 12; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            watch.Restart();
            for (var i = 0; i < chunks; i++)
            {
                embedder.Embed(text.AsSpan(i * ChunkChars, ChunkChars), vector.AsSpan());
            }

            best = Math.Min(best, watch.Elapsed.TotalSeconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"open {opened.TotalMilliseconds:F2} ms, first embedding after {first.TotalMilliseconds:F2} ms, {chunks} chunks of {ChunkChars} characters: {chunks / best:F0} per second on one core, {allocated / Math.Max(1, chunks)} bytes allocated per chunk"));
    }
}
