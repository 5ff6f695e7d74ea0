using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Synapse.Indexing;

/// <summary>Numbers side by side in as many bits as the largest needs.</summary>
internal static class BitPacking
{
    /// <summary>Bytes that may be read past the last packed number.</summary>
    public const int Overread = 8;

    /// <summary>Bits that the largest of the numbers needs; 0 when all are 0.</summary>
    public static int Width(ReadOnlySpan<int> numbers)
    {
        var all = 0;
        foreach (var number in numbers)
        {
            all |= number;
        }

        return 32 - BitOperations.LeadingZeroCount((uint)all);
    }

    /// <summary>Bytes that packed numbers take.</summary>
    public static int ByteCount(int count, int width) => (count * width + 7) / 8;

    /// <summary>Packs numbers.</summary>
    /// <param name="numbers">Not negative, each below 2 to the power of <paramref name="width"/>.</param>
    /// <param name="width">Bits per number; 0 to 31.</param>
    /// <param name="destination"><see cref="ByteCount"/> bytes, all of which are written.</param>
    public static void Pack(ReadOnlySpan<int> numbers, int width, Span<byte> destination)
    {
        var held = 0UL;
        var heldBits = 0;
        var at = 0;
        foreach (var number in numbers)
        {
            held |= (ulong)(uint)number << heldBits;
            heldBits += width;
            while (heldBits >= 8)
            {
                destination[at++] = (byte)held;
                held >>= 8;
                heldBits -= 8;
            }
        }

        if (heldBits > 0)
        {
            destination[at] = (byte)held;
        }
    }

    /// <summary>Unpacks as many numbers as the destination takes.</summary>
    /// <param name="source">Packed bytes, with <see cref="Overread"/> readable bytes after them.</param>
    /// <param name="width">Bits per number; 0 to 31.</param>
    /// <param name="destination">Receives the numbers.</param>
    public static void Unpack(ReadOnlySpan<byte> source, int width, Span<int> destination)
    {
        if (width == 0)
        {
            destination.Clear();
            return;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, ByteCount(destination.Length, width) + Overread);
        ref var start = ref MemoryMarshal.GetReference(source);
        var mask = (1u << width) - 1;
        nuint bit = 0;
        for (var i = 0; i < destination.Length; i++)
        {
            var word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref start, bit >> 3));
            destination[i] = (int)((uint)(word >> (int)(bit & 7)) & mask);
            bit += (uint)width;
        }
    }
}
