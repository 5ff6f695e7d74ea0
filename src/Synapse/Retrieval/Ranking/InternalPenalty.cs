using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Inner workings stand a little behind what callers see.</summary>
internal sealed class InternalPenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Internals, weights.Internal)
{
    private static readonly FrozenSet<string> s_folders = FrozenSet.ToFrozenSet(["internal", "internals", "detail", "details", "impl", "private", "_internal"]);

    /// <inheritdoc/>
    public override string Name => "internalPenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file) => file.IsUnder(s_folders);
}
