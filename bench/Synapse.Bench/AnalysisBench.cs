using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;

namespace Synapse.Bench;

/// <summary>Processor time of splitting text into terms.</summary>
internal static class AnalysisBench
{
    private const int ChunkLength = 1_280;

    /// <summary>Analyses a file, or the made-up corpus when the name is "synthetic", in chunks of 1,280 characters, several times.</summary>
    public static void Run(string file)
    {
        var corpus = new SyntheticCorpus(1);
        var text = file == "synthetic" ? string.Concat(Enumerable.Range(0, 8_000).Select(corpus.Chunk)) : File.ReadAllText(file);
        var analyzer = new TextAnalyzer();
        var chunk = new Chunk(0, 0, ChunkLength, 1, 1, ChunkKind.Prose, null, null, false);
        for (var round = 0; round < 6; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            var chunks = 0;
            var terms = 0L;
            for (var start = 0; start + ChunkLength <= text.Length; start += ChunkLength)
            {
                terms += analyzer.AnalyzeChunk(text.AsSpan(start, ChunkLength), chunk, "folder/file" + (chunks / 8)).Numbers.Length;
                chunks++;
            }

            StoreBench.Report("analyse", (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / chunks, $"us per chunk ({terms / chunks} terms, {chunks} chunks)");
        }
    }
}
