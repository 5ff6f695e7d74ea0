using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Copies of other people's code stand behind the collection's own.</summary>
internal sealed class VendoredPenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Vendored, weights.Vendored)
{
    private static readonly FrozenSet<string> s_folders = FrozenSet.ToFrozenSet(
        ["vendor", "vendors", "vendored", "_vendor", "third_party", "thirdparty", "third-party", "3rdparty", "node_modules", "bower_components", "external", "externals", "deps"]);

    /// <inheritdoc/>
    public override string Name => "vendoredPenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file) => file.IsUnder(s_folders);
}
