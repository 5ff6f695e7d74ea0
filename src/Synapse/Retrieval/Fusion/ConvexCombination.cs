using Synapse.Embedding;
using Synapse.Retrieval.Ranking;

namespace Synapse.Retrieval.Fusion;

/// <summary>Fuses the scores of the two sides: (1 − w) · keyword score + w · similarity, each scaled to 0..1.</summary>
/// <remarks>
/// Bruch, Gai and Ingber, "An analysis of fusion functions for hybrid retrieval", 2023: a combination of scores beats one of ranks,
/// and is robust to the way of scaling. A weak vector side then cannot push a clear keyword match down by a good rank alone.
/// BM25 is scaled by the score of a full match, which its formula knows: where even the best chunk lacks most of what the query says, words are
/// no good witness, and similarity decides more. Scaled by the best chunk instead, the best of bad matches would pass for a full one.
/// Similarities of different models have different ranges, so they are scaled among the candidates of one space. Where the query could not be
/// embedded, the keyword score is the whole score: a collection is not put behind the others because its provider is down. Then
/// there is no similarity to decide more, and the best chunk is the measure.
/// </remarks>
internal static class ConvexCombination
{
    /// <summary>Name of the keyword side's part of the score.</summary>
    public const string KeywordPart = "bm25";

    /// <summary>Name of the vector side's part of the score.</summary>
    public const string VectorPart = "vector";

    /// <summary>Adds the two parts to every candidate.</summary>
    /// <param name="candidates">The union of both sides' candidates, described, each with the scores of both sides.</param>
    /// <param name="query">The spaces that the query was embedded for.</param>
    /// <param name="vectorWeight">w, 0 to 1.</param>
    /// <param name="fullMatch">The keyword score of a full match, see <see cref="FullMatch"/>; a higher one among the candidates takes its place.</param>
    public static void Apply(IReadOnlyList<Candidate> candidates, QueryEmbeddings query, double vectorWeight, double fullMatch)
    {
        var highestBm25 = 0f;
        var ranges = new List<SpaceRange>(1);
        foreach (var candidate in candidates)
        {
            highestBm25 = Math.Max(highestBm25, candidate.Bm25Score);
            RangeOf(ranges, candidate, query).Add(candidate.CosineSimilarity);
        }

        var keywordScale = ranges.TrueForAll(static range => range.IsEmbedded) ? Math.Max(fullMatch, highestBm25) : highestBm25;
        foreach (var candidate in candidates)
        {
            var range = RangeOf(ranges, candidate, query);
            var weight = range.IsEmbedded ? vectorWeight : 0;
            candidate.Add(KeywordPart, keywordScale > 0 ? (1 - weight) * candidate.Bm25Score / keywordScale : 0);
            candidate.Add(VectorPart, range.Width > 0 ? weight * (candidate.CosineSimilarity - range.Lowest) / range.Width : 0);
        }
    }

    // A handful of spaces at most; nearly always one.
    private static SpaceRange RangeOf(List<SpaceRange> ranges, Candidate candidate, QueryEmbeddings query)
    {
        var fingerprint = candidate.Stored.SpaceFingerprint;
        foreach (var range in ranges)
        {
            if (range.Fingerprint == fingerprint)
            {
                return range;
            }
        }

        var added = new SpaceRange(fingerprint, query.Covers(fingerprint));
        ranges.Add(added);
        return added;
    }

    /// <summary>The lowest and highest similarity among the candidates of one space.</summary>
    private sealed class SpaceRange(string? fingerprint, bool isEmbedded)
    {
        private float _highest = float.MinValue;

        public string? Fingerprint { get; } = fingerprint;

        public bool IsEmbedded { get; } = isEmbedded;

        public float Lowest { get; private set; } = float.MaxValue;

        public float Width => _highest - Lowest;

        public void Add(float similarity)
        {
            Lowest = Math.Min(Lowest, similarity);
            _highest = Math.Max(_highest, similarity);
        }
    }
}
