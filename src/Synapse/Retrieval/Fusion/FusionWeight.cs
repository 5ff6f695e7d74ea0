using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Intent;
using Synapse.Retrieval.Ranking;

namespace Synapse.Retrieval.Fusion;

/// <summary>Decides how much the vector side counts for a query.</summary>
internal static class FusionWeight
{
    /// <summary>The share of the vector side.</summary>
    /// <param name="intent">What the query asks for.</param>
    /// <param name="candidates">The described candidates.</param>
    /// <param name="weights">The constants.</param>
    /// <returns>0 to 1.</returns>
    public static double Of(QueryIntent intent, IReadOnlyList<Candidate> candidates, FusionWeights weights) => intent.Kind switch
    {
        QueryKind.Symbol => weights.Symbol,
        QueryKind.ProseWithNames => weights.ProseWithNames,
        _ => weights.Prose + CodeShare(candidates) * (weights.Code - weights.Prose),
    };

    private static double CodeShare(IReadOnlyList<Candidate> candidates)
    {
        var code = 0;
        foreach (var candidate in candidates)
        {
            code += candidate.Stored.Chunk.Kind == ChunkKind.Code ? 1 : 0;
        }

        return candidates.Count == 0 ? 0 : (double)code / candidates.Count;
    }
}
