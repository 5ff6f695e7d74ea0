using System.Numerics.Tensors;

namespace Synapse.Embedding;

/// <summary>Embeddings as 8-bit numbers, the largest of each 127 or -127.</summary>
internal static class EmbeddingRounding
{
    /// <summary>Rounds an embedding. What was rounded before, and what a 16-bit float keeps of that, is rounded to the same numbers.</summary>
    /// <param name="embedding">The embedding; numbers that are not finite make one of zeros, which matches nothing.</param>
    /// <param name="rounded">Receives as many numbers.</param>
    /// <returns>The sum of their squares; 0 for one that matches nothing.</returns>
    public static long Round(ReadOnlySpan<float> embedding, Span<sbyte> rounded)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(embedding));
        if (largest == 0 || !float.IsFinite(largest))
        {
            rounded.Clear();
            return 0;
        }

        var factor = 127f / largest;
        var length = 0L;
        for (var i = 0; i < embedding.Length; i++)
        {
            var value = (int)MathF.Round(embedding[i] * factor);
            rounded[i] = (sbyte)value;
            length += value * value;
        }

        return length;
    }
}
