using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Code kept for old callers stands behind the code that they should call.</summary>
internal sealed class LegacyPenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Legacy, weights.Legacy)
{
    private static readonly FrozenSet<string> s_words = FrozenSet.ToFrozenSet(["compat", "legacy", "deprecated", "obsolete", "polyfill", "polyfills", "shim", "shims"]);

    /// <inheritdoc/>
    public override string Name => "legacyPenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file)
        => file.IsUnder(s_words) || (file.StemWords.Count > 0 && (s_words.Contains(file.StemWords[0]) || s_words.Contains(file.StemWords[^1])));
}
