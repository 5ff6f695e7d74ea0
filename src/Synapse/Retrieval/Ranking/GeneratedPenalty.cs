using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Files that a tool wrote stand behind those that people wrote.</summary>
internal sealed class GeneratedPenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Generated, weights.Generated)
{
    private static readonly FrozenSet<string> s_folders = FrozenSet.ToFrozenSet(["generated", "__generated__", "gen", "autogen", "dist"]);

    /// <inheritdoc/>
    public override string Name => "generatedPenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file)
        => file.IsUnder(s_folders)
            || file.Name.Contains(".generated.", StringComparison.Ordinal)
            || file.Name.Contains(".g.", StringComparison.Ordinal)
            || file.Name.Contains(".min.", StringComparison.Ordinal)
            || file.Name.Contains(".designer.", StringComparison.Ordinal)
            || file.Name.EndsWith(".pb.go", StringComparison.Ordinal)
            || file.Name.EndsWith("_pb2.py", StringComparison.Ordinal)
            || file.Name.EndsWith(".lock", StringComparison.Ordinal)
            || file.Name is "package-lock.json" or "packages.lock.json" or "pnpm-lock.yaml" or "go.sum";
}
