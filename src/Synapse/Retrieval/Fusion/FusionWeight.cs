using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Intent;
using Synapse.Retrieval.Ranking;

namespace Synapse.Retrieval.Fusion;

/// <summary>Decides how much the vector side counts for a query.</summary>
internal static class FusionWeight
{
    // A best match that reaches half of the score that a chunk full of all query terms would have is neither sure nor doubtful.
    private const double UsualCoverage = 0.5;

    /// <summary>The share of the vector side.</summary>
    /// <param name="intent">What the query asks for.</param>
    /// <param name="candidates">The described candidates.</param>
    /// <param name="highestPossible">BM25 score that no chunk can exceed for this query; 0 when unknown.</param>
    /// <param name="weights">The constants.</param>
    /// <returns>0 to 1.</returns>
    public static double Of(QueryIntent intent, IReadOnlyList<Candidate> candidates, double highestPossible, FusionWeights weights)
    {
        if (intent.Kind == QueryKind.Symbol)
        {
            return weights.Symbol;
        }

        var share = CodeShare(candidates);
        var weight = intent.Kind == QueryKind.ProseWithNames ? weights.ProseWithNames : weights.Prose + share * (weights.Code - weights.Prose);
        if (weights.Doubt != 0 && highestPossible > 0)
        {
            var best = 0f;
            foreach (var candidate in candidates)
            {
                best = Math.Max(best, candidate.Bm25Score);
            }

            weight += weights.Doubt * (UsualCoverage - best / highestPossible);
        }

        return Math.Clamp(weight, 0, 1);
    }

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
