using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Synapse.Embedding;

/// <summary>Names a text by its content, without telling it: the first 16 bytes of the SHA-256 of its UTF-8.</summary>
/// <param name="Value">The bytes as one number, the first the highest.</param>
public readonly record struct PassageKey(UInt128 Value)
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = 16;

    private const int MostOnStack = 512;

    /// <summary>The key of a text. Halves of surrogate pairs count as U+FFFD, as they are stored and sent.</summary>
    public static PassageKey Of(ReadOnlySpan<char> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most <= MostOnStack)
        {
            Span<byte> bytes = stackalloc byte[most];
            SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
        }
        else
        {
            var bytes = ArrayPool<byte>.Shared.Rent(most);
            SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), hash);
            ArrayPool<byte>.Shared.Return(bytes);
        }

        return Read(hash);
    }

    /// <summary>Reads the key that <see cref="ToBytes"/> wrote.</summary>
    /// <param name="bytes">Its bytes; what comes after the first 16 is passed over.</param>
    public static PassageKey Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>The bytes of the key.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return bytes;
    }
}
