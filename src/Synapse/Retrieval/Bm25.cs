namespace Synapse.Retrieval;

/// <summary>The constants of BM25 and its formula, the same for every store.</summary>
public static class Bm25
{
    /// <summary>How fast a repeated term stops to count.</summary>
    public const double K1 = 1.2;

    /// <summary>How much length counts; 0 not at all, 1 fully.</summary>
    public const double B = 0.75;

    /// <summary>The weight of a term that <paramref name="documentFrequency"/> of <paramref name="chunkCount"/> chunks contain: ln(1 + (N − n + ½)/(n + ½)), never negative.</summary>
    public static double InverseDocumentFrequency(long chunkCount, long documentFrequency)
        => Math.Log(1 + (chunkCount - documentFrequency + 0.5) / (documentFrequency + 0.5));

    /// <summary>The part of a term's score that depends on the chunk: tf·(k1+1) / (tf + k1·(1 − b + b·length/averageLength)), from 0 to k1 + 1.</summary>
    public static double TermSaturation(double termFrequency, double length, double averageLength)
        => termFrequency * (K1 + 1) / (termFrequency + K1 * (1 - B + B * length / averageLength));
}
