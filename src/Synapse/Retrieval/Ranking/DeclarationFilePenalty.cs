using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Files of declarations without bodies stand behind the bodies.</summary>
internal sealed class DeclarationFilePenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Declarations, weights.DeclarationFile)
{
    private static readonly FrozenSet<string> s_endings = FrozenSet.ToFrozenSet([".d.ts", ".d.mts", ".d.cts", ".pyi"]);

    /// <inheritdoc/>
    public override string Name => "declarationFilePenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file)
        => s_endings.Any(ending => file.Name.EndsWith(ending, StringComparison.Ordinal));
}
