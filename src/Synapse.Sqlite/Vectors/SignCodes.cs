using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Synapse.Sqlite.Vectors;

/// <summary>
/// The signs of the rows' numbers, four to a code, laid out so that one instruction looks up the codes of 32 rows in a table of the query: a guess at
/// how near each row is, at a tenth of the cost of comparing it. The layout is that of André, Kermarrec and Le Scouarnec, "Cache locality is not enough: high-performance
/// nearest neighbor search with product quantization fast scan", VLDB 2015, with signs in place of trained centroids.
/// </summary>
internal sealed class SignCodes
{
    /// <summary>Rows of a block; guesses are computed a block at a time.</summary>
    public const int BlockRows = 64;

    private const int NumbersPerCode = 4;
    private const int BlockBytes = BlockRows / 2;
    private const int LeastTop = 32;
    private const int TableSize = 1 << NumbersPerCode;

    private readonly byte[] _codes;
    private readonly int _groups;

    /// <summary>Takes the signs of rows.</summary>
    public SignCodes(VectorRows rows)
    {
        _groups = (rows.Dimensions + NumbersPerCode - 1) / NumbersPerCode;
        var count = rows.Scales.Length;
        _codes = new byte[(long)BlocksOf(count) * _groups * BlockBytes];
        for (var row = 0; row < count; row++)
        {
            var values = rows.Values.AsSpan(row * rows.Dimensions, rows.Dimensions);
            var place = row / BlockRows * _groups * BlockBytes + row % BlockBytes;
            var shift = row % BlockRows < BlockBytes ? 0 : 4;
            for (var group = 0; group < _groups; group++)
            {
                var code = 0;
                for (var number = group * NumbersPerCode; number < Math.Min(values.Length, (group + 1) * NumbersPerCode); number++)
                {
                    code |= (values[number] > 0 ? 1 : 0) << (number % NumbersPerCode);
                }

                _codes[place + group * BlockBytes] |= (byte)(code << shift);
            }
        }
    }

    /// <summary>Whether this processor can compute guesses.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Most numbers per row: a guess is a sum of one number per code in 16 bits, and each needs some bits to say anything.</summary>
    public static int MostDimensions => ushort.MaxValue / LeastTop * NumbersPerCode;

    /// <summary>Blocks that hold so many rows.</summary>
    public static int BlocksOf(int rows) => (rows + BlockRows - 1) / BlockRows;

    /// <summary>What each code adds to a guess: a table of 16 numbers per group of four dimensions, scaled to 8 bits, or to fewer where
    /// there are so many groups that their sum would not fit into 16.</summary>
    public static byte[] MakeTables(ReadOnlySpan<float> query)
    {
        var groups = (query.Length + NumbersPerCode - 1) / NumbersPerCode;
        var sizes = new float[groups];
        for (var i = 0; i < query.Length; i++)
        {
            sizes[i / NumbersPerCode] += MathF.Abs(query[i]);
        }

        var largest = 0f;
        foreach (var size in sizes)
        {
            largest = MathF.Max(largest, size);
        }

        var top = Math.Min(byte.MaxValue, ushort.MaxValue / groups);
        var tables = new byte[groups * TableSize];
        for (var i = 0; i < tables.Length; i++)
        {
            var (group, code) = (i / TableSize, i % TableSize);
            var sum = 0f;
            for (var number = group * NumbersPerCode; number < Math.Min(query.Length, (group + 1) * NumbersPerCode); number++)
            {
                sum += ((code >> (number % NumbersPerCode)) & 1) == 1 ? query[number] : -query[number];
            }

            tables[i] = (byte)MathF.Round((sum + sizes[group]) / (2 * largest) * top);
        }

        return tables;
    }

    /// <summary>Computes the guesses of all rows: the higher, the nearer.</summary>
    /// <param name="tables">As <see cref="MakeTables"/> made them, of as many numbers as a row has.</param>
    /// <param name="guesses">Receives one per row, with those of the last block in full.</param>
    public void Guess(ReadOnlySpan<byte> tables, Span<ushort> guesses)
    {
        ref var codes = ref MemoryMarshal.GetArrayDataReference(_codes);
        ref var table = ref MemoryMarshal.GetReference(tables[..(_groups * TableSize)]);
        ref var guess = ref MemoryMarshal.GetReference(guesses[..(_codes.Length / (_groups * BlockBytes) * BlockRows)]);
        var nibble = Vector256.Create((byte)0x0F);
        nuint place = 0;
        while (place < (nuint)_codes.Length)
        {
            var end = place + (nuint)(_groups * BlockBytes);
            // Each sum of 16 bits gathers two rows: the lower byte's in place, the higher byte's beside, and the higher ones are taken out at the end.
            var (lowBoth, lowOdd) = (Vector256<ushort>.Zero, Vector256<ushort>.Zero);
            var (highBoth, highOdd) = (Vector256<ushort>.Zero, Vector256<ushort>.Zero);
            for (nuint entry = 0; place < end; place += BlockBytes, entry += TableSize)
            {
                var both = Vector256.LoadUnsafe(ref codes, place);
                var lookup = Vector256.Create(Vector128.LoadUnsafe(ref table, entry));
                var low = Avx2.Shuffle(lookup, both & nibble).AsUInt16();
                var high = Avx2.Shuffle(lookup, Avx2.ShiftRightLogical(both.AsUInt16(), 4).AsByte() & nibble).AsUInt16();
                lowBoth += low;
                lowOdd += Avx2.ShiftRightLogical(low, 8);
                highBoth += high;
                highOdd += Avx2.ShiftRightLogical(high, 8);
            }

            Store(lowBoth, lowOdd, ref guess);
            Store(highBoth, highOdd, ref Unsafe.Add(ref guess, BlockBytes));
            guess = ref Unsafe.Add(ref guess, BlockRows);
        }
    }

    /// <summary>Writes the sums of 32 rows in order.</summary>
    private static void Store(Vector256<ushort> both, Vector256<ushort> odd, ref ushort destination)
    {
        var even = both - Avx2.ShiftLeftLogical(odd, 8);
        var first = Avx2.UnpackLow(even, odd);
        var second = Avx2.UnpackHigh(even, odd);
        Avx2.Permute2x128(first, second, 0x20).StoreUnsafe(ref destination);
        Avx2.Permute2x128(first, second, 0x31).StoreUnsafe(ref destination, 16);
    }
}
