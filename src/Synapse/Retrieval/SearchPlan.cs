using Synapse.Retrieval.Fusion;
using Synapse.Retrieval.Ranking;

namespace Synapse.Retrieval;

/// <summary>How a search is done: the constants of all steps, so that the evaluation can measure steps alone.</summary>
internal sealed record SearchPlan
{
    /// <summary>Most candidates that each side finds.</summary>
    public int CandidatesPerSide { get; init; } = 120;

    /// <summary>Constants of the fusion.</summary>
    public FusionWeights Fusion { get; init; } = new();

    /// <summary>Constants of the rules.</summary>
    public RankingWeights Ranking { get; init; } = new();

    /// <summary>Whether the rules are applied; the evaluation also measures the fusion alone.</summary>
    public bool UsesStructure { get; init; } = true;
}
