using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Synapse.Embedding;

namespace Synapse.Sqlite.Vectors;

/// <summary>Embeddings as 8-bit numbers, each row with the factor that brings it back to size.</summary>
/// <param name="Dimensions">Numbers per row.</param>
/// <param name="Values">Rows one after the other.</param>
/// <param name="Scales">Factor of each row; 0 for a row that matches nothing.</param>
internal sealed record VectorRows(int Dimensions, sbyte[] Values, float[] Scales)
{
    private SignCodes? _signs;

    /// <summary>Their signs; made at the first call, which has to come after the last <see cref="Set"/>.</summary>
    public SignCodes Signs => LazyInitializer.EnsureInitialized(ref _signs, () => new SignCodes(this));

    /// <summary>Makes rows for so many embeddings.</summary>
    public static VectorRows Allocate(int count, int dimensions)
        => new(dimensions, new sbyte[(long)count * dimensions], new float[count]);

    /// <summary>Stores an embedding.</summary>
    /// <param name="row">Which row.</param>
    /// <param name="embedding">As many numbers as there are dimensions; numbers that are not finite make a row that matches nothing.</param>
    public void Set(int row, ReadOnlySpan<float> embedding)
    {
        var length = EmbeddingRounding.Round(embedding, Values.AsSpan(row * Dimensions, Dimensions));
        if (length == 0)
        {
            return;
        }

        // The rounded row is brought to unit length too, so that the product with a query is a cosine, and 1 at most.
        Scales[row] = (float)(1 / Math.Sqrt(length));
    }

    /// <summary>Has a row fetched from memory meanwhile; it changes nothing.</summary>
    public unsafe void Prefetch(int row)
    {
        if (Sse.IsSupported)
        {
            const int LineBytes = 64;
            ref var first = ref Values[row * Dimensions];
            for (var offset = 0; offset < Dimensions; offset += LineBytes)
            {
                // The array may move in between: then a line too much is fetched, and nothing else happens.
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref first, offset)));
            }
        }
    }

    /// <summary>Reads an embedding. One that is stored again gives the same row, since the largest number of a row is always 127.</summary>
    public float[] Get(int row)
    {
        var embedding = new float[Dimensions];
        for (var i = 0; i < embedding.Length; i++)
        {
            embedding[i] = Values[row * Dimensions + i] * Scales[row];
        }

        return embedding;
    }

    /// <summary>Copies a row of other rows of as many numbers.</summary>
    public void Copy(VectorRows other, int from, int to)
    {
        other.Values.AsSpan(from * Dimensions, Dimensions).CopyTo(Values.AsSpan(to * Dimensions));
        Scales[to] = other.Scales[from];
    }
}
