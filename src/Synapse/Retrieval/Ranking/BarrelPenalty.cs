using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Files that only pass on what others define stand behind the definitions.</summary>
internal sealed class BarrelPenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Barrels, weights.Barrel)
{
    // Longer files of these names hold code of their own.
    private const int MaxChunks = 2;

    private static readonly FrozenSet<string> s_names = FrozenSet.ToFrozenSet(
        ["__init__.py", "index.ts", "index.js", "index.mjs", "index.tsx", "index.jsx", "mod.rs", "package-info.java", "module-info.java", "doc.go"]);

    /// <inheritdoc/>
    public override string Name => "barrelPenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file) => s_names.Contains(file.Name);

    /// <inheritdoc/>
    protected override bool Covers(Candidate candidate)
        => Covers(candidate.File) && candidate.Stored.ChunkCount <= MaxChunks && candidate.Stored.Chunk.Definitions.Count == 0;
}
