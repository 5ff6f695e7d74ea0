using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Measurements of speed stand behind what they measure.</summary>
internal sealed class BenchmarkPenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Benchmarks, weights.Benchmark)
{
    private static readonly FrozenSet<string> s_folders = FrozenSet.ToFrozenSet(["bench", "benches", "benchmark", "benchmarks", "perf"]);

    /// <inheritdoc/>
    public override string Name => "benchmarkPenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file)
        => file.IsUnder(s_folders) || (file.StemWords.Count > 1 && (file.StemWords[^1] is "bench" or "benchmark" or "benchmarks" || file.StemWords[0] is "bench" or "benchmark"));
}
