using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Synapse.Embedding;

namespace Synapse.Storage.Archiving;

/// <summary>How embeddings lie in an archive.</summary>
internal enum EmbeddingForm
{
    /// <summary>Each as a 32-bit factor and 8-bit numbers, as the embedded store keeps them.</summary>
    Bytes,

    /// <summary>16-bit floats, as the team store keeps them.</summary>
    Halves,

    /// <summary>32-bit floats.</summary>
    Floats,
}

/// <summary>Writes embeddings in the shortest form that gives back every bit. All numbers are little-endian.</summary>
internal static class EmbeddingCoding
{
    /// <summary>Bytes of one embedding.</summary>
    public static int BytesOf(EmbeddingForm form, int dimensions) => form switch
    {
        EmbeddingForm.Bytes => sizeof(float) + dimensions,
        EmbeddingForm.Halves => 2 * dimensions,
        _ => sizeof(float) * dimensions,
    };

    /// <summary>The extension of an entry's name.</summary>
    public static string ExtensionOf(EmbeddingForm form) => form switch
    {
        EmbeddingForm.Bytes => "i8",
        EmbeddingForm.Halves => "f16",
        _ => "f32",
    };

    /// <summary>Writes embeddings.</summary>
    /// <param name="embeddings">Numbers, one embedding behind the other.</param>
    /// <param name="dimensions">Numbers per embedding.</param>
    public static (EmbeddingForm Form, byte[] Bytes) Encode(ReadOnlySpan<float> embeddings, int dimensions)
    {
        var rows = embeddings.Length / dimensions;
        var bytes = new byte[rows * BytesOf(EmbeddingForm.Bytes, dimensions)];
        if (TryBytes(embeddings, dimensions, bytes))
        {
            return (EmbeddingForm.Bytes, bytes);
        }

        bytes = new byte[rows * BytesOf(EmbeddingForm.Halves, dimensions)];
        if (TryHalves(embeddings, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan())))
        {
            return (EmbeddingForm.Halves, bytes);
        }

        return (EmbeddingForm.Floats, MemoryMarshal.AsBytes(embeddings).ToArray());
    }

    /// <summary>Reads embeddings.</summary>
    /// <param name="form">How they lie.</param>
    /// <param name="bytes">A whole number of embeddings.</param>
    /// <param name="dimensions">Numbers per embedding.</param>
    public static float[] Decode(EmbeddingForm form, ReadOnlySpan<byte> bytes, int dimensions)
    {
        var step = BytesOf(form, dimensions);
        var embeddings = new float[bytes.Length / step * dimensions];
        switch (form)
        {
            case EmbeddingForm.Bytes:
                for (var row = 0; row < embeddings.Length / dimensions; row++)
                {
                    Widen(bytes.Slice(row * step, step), embeddings.AsSpan(row * dimensions, dimensions));
                }

                break;
            case EmbeddingForm.Halves:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), embeddings);
                break;
            default:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(embeddings);
                break;
        }

        return embeddings;
    }

    private static bool TryBytes(ReadOnlySpan<float> embeddings, int dimensions, Span<byte> bytes)
    {
        var step = BytesOf(EmbeddingForm.Bytes, dimensions);
        var again = new float[dimensions];
        for (var row = 0; row < embeddings.Length / dimensions; row++)
        {
            var embedding = embeddings.Slice(row * dimensions, dimensions);
            var target = bytes.Slice(row * step, step);
            var length = EmbeddingRounding.Round(embedding, MemoryMarshal.Cast<byte, sbyte>(target[sizeof(float)..]));
            MemoryMarshal.Write(target, length == 0 ? 0f : (float)(1 / Math.Sqrt(length)));
            Widen(target, again);
            if (!AreSame(embedding, again))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryHalves(ReadOnlySpan<float> embeddings, Span<Half> halves)
    {
        TensorPrimitives.ConvertToHalf(embeddings, halves);
        var again = new float[halves.Length];
        TensorPrimitives.ConvertToSingle((ReadOnlySpan<Half>)halves, again);
        return AreSame(embeddings, again);
    }

    private static void Widen(ReadOnlySpan<byte> bytes, Span<float> embedding)
    {
        var factor = MemoryMarshal.Read<float>(bytes);
        var numbers = MemoryMarshal.Cast<byte, sbyte>(bytes[sizeof(float)..]);
        for (var i = 0; i < embedding.Length; i++)
        {
            embedding[i] = numbers[i] * factor;
        }
    }

    // By bits: a zero below zero is another one.
    private static bool AreSame(ReadOnlySpan<float> left, ReadOnlySpan<float> right) => MemoryMarshal.AsBytes(left).SequenceEqual(MemoryMarshal.AsBytes(right));
}
