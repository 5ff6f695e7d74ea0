using Synapse.Retrieval;
using Synapse.Retrieval.Intent;

namespace Synapse.Answering;

/// <summary>How strongly the passages found speak to the question, apart from how they rank among each other.</summary>
internal static class Evidence
{
    private const double CoverageShare = 0.3;
    private const int PassagesLookedAt = BuiltInSimilarity.Hits;

    /// <summary>Measures the evidence of a search: the best of the first passages, by the share of the question's words that it holds and by its similarity.</summary>
    /// <returns>0 to 1.</returns>
    public static double Of(SearchResult result)
    {
        var best = 0.0;
        for (var i = 0; i < Math.Min(PassagesLookedAt, result.Hits.Count); i++)
        {
            var hit = result.Hits[i];
            var words = NameWords.Of(hit.Text);
            NameWords.AddTo(words, hit.Chunk.Path);
            if (hit.Chunk.Chunk.Heading is { } heading)
            {
                NameWords.AddTo(words, heading);
            }

            var coverage = result.Words.Coverage(words);
            // The threshold was set for the built-in embedder; similarities of other models lie elsewhere.
            var similarity = hit.BuiltInSimilarity ?? hit.CosineSimilarity;
            best = Math.Max(best, similarity == 0
                ? Math.Max(coverage, KeywordStrength(hit, result))
                : CoverageShare * coverage + (1 - CoverageShare) * Math.Max(0, similarity));
        }

        return best;
    }

    // For a language that the embedder does not know, keywords are all there is.
    private static double KeywordStrength(Hit hit, SearchResult result)
        => result.Words.HighestBm25 > 0 ? Math.Min(1, hit.Bm25Score / result.Words.HighestBm25) : 0;
}
