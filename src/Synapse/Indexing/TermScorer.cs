using System.Runtime.CompilerServices;
using Synapse.Retrieval;

namespace Synapse.Indexing;

/// <summary>The BM25 score of one term, in whole steps of 2^-32: sums of whole numbers are the same in every order, so that terms may be added as it suits.</summary>
internal readonly struct TermScorer
{
    private const double Steps = 4294967296.0;

    private readonly double _factor;
    private readonly double _fixedNorm;
    private readonly double _normPerLength;

    /// <summary>Prepares the formula of <see cref="Bm25"/>.</summary>
    /// <param name="weight">The term's weight and inverse document frequency, multiplied.</param>
    /// <param name="averageLength">Mean BM25 length of the view's chunks.</param>
    public TermScorer(double weight, double averageLength)
    {
        _factor = weight * (Bm25.K1 + 1) * Steps;
        _fixedNorm = Bm25.K1 * (1 - Bm25.B);
        _normPerLength = averageLength > 0 ? Bm25.K1 * Bm25.B / averageLength : 0;
    }

    /// <summary>The score in steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Score(int frequency, int length)
        => (long)(_factor * frequency / (frequency + _fixedNorm + _normPerLength * length));

    /// <summary>The score that no chunk exceeds.</summary>
    public long Bound(int maxFrequency, int minLength) => Score(maxFrequency, minLength) + 1;

    /// <summary>Steps as a score.</summary>
    public static float ToScore(long steps) => (float)(steps / Steps);

    /// <summary>The least steps that may round to a score or above.</summary>
    public static long LeastSteps(float score)
        => float.IsNegativeInfinity(score) ? long.MinValue / 4 : (long)(score * Steps * (1 - 1.5e-7)) - 1;
}
