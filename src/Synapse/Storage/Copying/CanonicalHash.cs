using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Synapse.Embedding;

namespace Synapse.Storage.Copying;

/// <summary>A SHA-256 over fields, each so written that no two lists of fields look alike, and that what both kinds of store hold alike is alike.</summary>
internal sealed class CanonicalHash : IDisposable
{
    private const int StepUnits = 16 << 10;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds a number.</summary>
    public CanonicalHash Add(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
        return this;
    }

    /// <summary>Adds a name, or that there is none. A database cannot hold the character 0 in one.</summary>
    public CanonicalHash Add(string? name) => name is null ? Add(-1) : AddText(name.Replace('\0', '\uFFFD'));

    /// <summary>Adds a text.</summary>
    public CanonicalHash AddText(string text)
    {
        Add(Encoding.UTF8.GetByteCount(text));
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(StepUnits));
        var encoder = Encoding.UTF8.GetEncoder();
        for (var start = 0; start < text.Length; start += StepUnits)
        {
            var step = text.AsSpan(start, Math.Min(StepUnits, text.Length - start));
            _hash.AppendData(buffer.AsSpan(0, encoder.GetBytes(step, buffer, flush: start + step.Length == text.Length)));
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return this;
    }

    /// <summary>Adds embeddings as 8-bit numbers: what a store keeps beyond that, another may not.</summary>
    public CanonicalHash Add(ReadOnlySpan<float> embeddings, int dimensions)
    {
        var rounded = ArrayPool<sbyte>.Shared.Rent(dimensions);
        for (var start = 0; start < embeddings.Length; start += dimensions)
        {
            var row = rounded.AsSpan(0, dimensions);
            EmbeddingRounding.Round(embeddings.Slice(start, dimensions), row);
            _hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(row));
        }

        ArrayPool<sbyte>.Shared.Return(rounded);
        return this;
    }

    /// <summary>Adds another hash.</summary>
    public CanonicalHash Add(byte[] hash)
    {
        _hash.AppendData(hash);
        return this;
    }

    /// <summary>The hash of all that was added; begins anew.</summary>
    public byte[] Finish() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();
}
