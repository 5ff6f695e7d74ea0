using System.Numerics.Tensors;

namespace Synapse.Sqlite.Vectors;

/// <summary>Embeddings as 8-bit numbers, each row with the factor that brings it back to size, and the signs of its numbers as bits.</summary>
/// <param name="Dimensions">Numbers per row.</param>
/// <param name="Values">Rows one after the other.</param>
/// <param name="Scales">Factor of each row; 0 for a row that matches nothing.</param>
/// <param name="Signs">Bit set where the number is above 0; <see cref="SignWords"/> words per row.</param>
internal sealed record VectorRows(int Dimensions, sbyte[] Values, float[] Scales, ulong[] Signs)
{
    /// <summary>Words of signs per row.</summary>
    public int SignWords => WordsFor(Dimensions);

    /// <summary>Words of signs that a row of so many numbers needs.</summary>
    public static int WordsFor(int dimensions) => (dimensions + 63) / 64;

    /// <summary>Makes rows for so many embeddings.</summary>
    public static VectorRows Allocate(int count, int dimensions)
        => new(dimensions, new sbyte[(long)count * dimensions], new float[count], new ulong[(long)count * WordsFor(dimensions)]);

    /// <summary>Stores an embedding.</summary>
    /// <param name="row">Which row.</param>
    /// <param name="embedding">As many numbers as there are dimensions; numbers that are not finite make a row that matches nothing.</param>
    public void Set(int row, ReadOnlySpan<float> embedding)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(embedding));
        if (largest == 0 || !float.IsFinite(largest))
        {
            return;
        }

        var values = Values.AsSpan(row * Dimensions, Dimensions);
        var signs = Signs.AsSpan(row * SignWords, SignWords);
        var factor = 127f / largest;
        var length = 0L;
        for (var i = 0; i < embedding.Length; i++)
        {
            var value = (int)MathF.Round(embedding[i] * factor);
            values[i] = (sbyte)value;
            length += value * value;
            if (value > 0)
            {
                signs[i >> 6] |= 1UL << i;
            }
        }

        // The rounded row is brought to unit length too, so that the product with a query is a cosine, and 1 at most.
        Scales[row] = (float)(1 / Math.Sqrt(length));
    }

    /// <summary>Copies a row of other rows of as many numbers.</summary>
    public void Copy(VectorRows other, int from, int to)
    {
        other.Values.AsSpan(from * Dimensions, Dimensions).CopyTo(Values.AsSpan(to * Dimensions));
        other.Signs.AsSpan(from * SignWords, SignWords).CopyTo(Signs.AsSpan(to * SignWords));
        Scales[to] = other.Scales[from];
    }
}
