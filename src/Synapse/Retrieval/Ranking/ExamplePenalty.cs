using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Examples, samples and demos stand behind what they show.</summary>
internal sealed class ExamplePenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Examples, weights.Example)
{
    private static readonly FrozenSet<string> s_folders = FrozenSet.ToFrozenSet(
        ["example", "examples", "_examples", "sample", "samples", "demo", "demos", "docs_src", "tutorial", "tutorials"]);

    /// <inheritdoc/>
    public override string Name => "examplePenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file)
        => file.IsUnder(s_folders);
}
