using Synapse.Retrieval.Ranking;

namespace Synapse.Retrieval.Fusion;

/// <summary>Fuses the scores of the two sides: (1 − w) · keyword score + w · similarity, each scaled to 0..1 among the candidates of the query.</summary>
/// <remarks>
/// Bruch, Gai and Ingber, "An analysis of fusion functions for hybrid retrieval", 2023: a combination of scores beats one of ranks,
/// and is robust to the way of scaling. A weak vector side then cannot push a clear keyword match down by a good rank alone.
/// </remarks>
internal static class ConvexCombination
{
    /// <summary>Name of the keyword side's part of the score.</summary>
    public const string KeywordPart = "bm25";

    /// <summary>Name of the vector side's part of the score.</summary>
    public const string VectorPart = "vector";

    /// <summary>Adds the two parts to every candidate.</summary>
    /// <param name="candidates">The union of both sides' candidates, each with the scores of both sides.</param>
    /// <param name="vectorWeight">w, 0 to 1.</param>
    public static void Apply(IReadOnlyList<Candidate> candidates, double vectorWeight)
    {
        var highestBm25 = 0f;
        var (lowest, highest) = (float.MaxValue, float.MinValue);
        foreach (var candidate in candidates)
        {
            highestBm25 = Math.Max(highestBm25, candidate.Bm25Score);
            lowest = Math.Min(lowest, candidate.CosineSimilarity);
            highest = Math.Max(highest, candidate.CosineSimilarity);
        }

        var range = highest - lowest;
        foreach (var candidate in candidates)
        {
            candidate.Add(KeywordPart, highestBm25 > 0 ? (1 - vectorWeight) * candidate.Bm25Score / highestBm25 : 0);
            candidate.Add(VectorPart, range > 0 ? vectorWeight * (candidate.CosineSimilarity - lowest) / range : 0);
        }
    }
}
