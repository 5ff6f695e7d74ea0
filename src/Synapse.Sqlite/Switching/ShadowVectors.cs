using System.Runtime.InteropServices;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Segments;
using Synapse.Sqlite.Vectors;

namespace Synapse.Sqlite.Switching;

/// <summary>The rows of one document as bytes, little-endian: all numbers, then all factors. They are those that a segment has, so that nothing is rounded twice.</summary>
internal static class ShadowVectors
{
    /// <summary>Bytes of so many rows.</summary>
    public static long SizeOf(int rows, int dimensions) => (long)rows * (dimensions + sizeof(float));

    /// <summary>The bytes of embeddings.</summary>
    /// <exception cref="ArgumentException">They are not those of whole chunks.</exception>
    public static byte[] Encode(ReadOnlySpan<float> embeddings, int dimensions)
    {
        if (embeddings.Length % dimensions != 0)
        {
            throw new ArgumentException($"{embeddings.Length} numbers of embeddings; {dimensions} per chunk are due.", nameof(embeddings));
        }

        var vectors = VectorRows.Allocate(embeddings.Length / dimensions, dimensions);
        for (var row = 0; row < vectors.Scales.Length; row++)
        {
            vectors.Set(row, embeddings.Slice(row * dimensions, dimensions));
        }

        return Encode(vectors, 0, vectors.Scales.Length);
    }

    /// <summary>The bytes of some rows of a segment.</summary>
    public static byte[] Encode(VectorRows vectors, int first, int count)
    {
        var bytes = new byte[SizeOf(count, vectors.Dimensions)];
        MemoryMarshal.AsBytes(vectors.Values.AsSpan(first * vectors.Dimensions, count * vectors.Dimensions)).CopyTo(bytes);
        MemoryMarshal.AsBytes(vectors.Scales.AsSpan(first, count)).CopyTo(bytes.AsSpan(count * vectors.Dimensions));
        return bytes;
    }

    /// <summary>Puts rows back into those of a segment.</summary>
    public static void Decode(ReadOnlySpan<byte> bytes, VectorRows vectors, int first, int count)
    {
        bytes[..(count * vectors.Dimensions)].CopyTo(MemoryMarshal.AsBytes(vectors.Values.AsSpan(first * vectors.Dimensions)));
        bytes[(count * vectors.Dimensions)..].CopyTo(MemoryMarshal.AsBytes(vectors.Scales.AsSpan(first, count)));
    }

    /// <summary>Reads the rows of all documents of a segment that are there; those of others are zero.</summary>
    /// <returns>The rows, and whether no document lacks them.</returns>
    /// <exception cref="Errors.StoreCorruptException">Rows are not as they were written.</exception>
    public static (VectorRows Vectors, bool IsComplete) Read(
        StoreConnection connection, long collectionId, EmbeddingSpaceRow space, SegmentView view, CancellationToken cancellationToken)
    {
        var content = view.Segment.Content;
        var vectors = VectorRows.Allocate(content.Chunks.Length, space.Dimensions);
        var isComplete = true;
        for (var place = 0; place < content.Documents.Length; place++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (view.Deletions?.ContainsDocument(place) != true)
            {
                isComplete &= ShadowRows.TryRead(connection, collectionId, space, content.Documents[place], vectors);
            }
        }

        return (vectors, isComplete);
    }
}
