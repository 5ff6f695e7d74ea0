using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Fusion;

/// <summary>Decides how much the vector side counts for a query.</summary>
internal static class FusionWeight
{
    /// <summary>The share of the vector side.</summary>
    /// <returns>0 to 1.</returns>
    public static double Of(QueryIntent intent, FusionWeights weights) => intent.Kind switch
    {
        QueryKind.Symbol => weights.Symbol,
        QueryKind.ProseWithNames => weights.ProseWithNames,
        _ => weights.Prose,
    };
}
