using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Synapse.Sqlite.Vectors;

/// <summary>A query's embedding as 16-bit numbers, so that one instruction multiplies and adds many of them with those of a row.</summary>
internal sealed class QueryVector
{
    // Up to this, single pairs of products with 8-bit numbers stay far below 32 bits; the sum of all is at most 127 * dimensions times the largest
    // number, so that above 2,113 dimensions it has to be smaller.
    private const float MostLargest = 8_000;

    private readonly short[] _values;
    private readonly double _scale;

    /// <summary>Takes an embedding.</summary>
    /// <param name="embedding">Unit length, or zero.</param>
    public QueryVector(ReadOnlySpan<float> embedding)
    {
        _values = new short[embedding.Length];
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(embedding));
        IsZero = largest == 0 || !float.IsFinite(largest);
        if (IsZero)
        {
            return;
        }

        var top = Math.Min(MostLargest, int.MaxValue / (127 * embedding.Length));
        for (var i = 0; i < embedding.Length; i++)
        {
            _values[i] = (short)MathF.Round(embedding[i] * top / largest);
        }

        _scale = (double)largest / top;
        SignTables = SignCodes.MakeTables(embedding);
    }

    /// <summary>Whether it matches nothing.</summary>
    public bool IsZero { get; }

    /// <summary>Its tables for <see cref="SignCodes.Guess"/>.</summary>
    public byte[] SignTables { get; } = [];

    /// <summary>Numbers.</summary>
    public int Dimensions => _values.Length;

    /// <summary>The cosine similarity to a row; 0 when the row matches nothing.</summary>
    public float Cosine(VectorRows rows, int row)
        => (float)(Dot(rows.Values.AsSpan(row * rows.Dimensions, rows.Dimensions)) * _scale * rows.Scales[row]);

    private long Dot(ReadOnlySpan<sbyte> row)
    {
        ref var left = ref MemoryMarshal.GetArrayDataReference(_values);
        ref var right = ref MemoryMarshal.GetReference(row);
        var sum = 0L;
        nuint i = 0;
        if (Avx512BW.IsSupported)
        {
            var sums = Vector512<int>.Zero;
            for (; i + 32 <= (nuint)row.Length; i += 32)
            {
                var wide = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref right, i));
                sums = Avx512F.Add(sums, Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref left, i)));
            }

            sum = Vector512.Sum(sums);
        }
        else if (Avx2.IsSupported)
        {
            var sums = Vector256<int>.Zero;
            for (; i + 16 <= (nuint)row.Length; i += 16)
            {
                var wide = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref right, i));
                sums = Avx2.Add(sums, Avx2.MultiplyAddAdjacent(wide, Vector256.LoadUnsafe(ref left, i)));
            }

            sum = Vector256.Sum(sums);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            var sums = Vector128<int>.Zero;
            for (; i + 8 <= (nuint)row.Length; i += 8)
            {
                var wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.As<sbyte, byte>(ref Unsafe.Add(ref right, i)))).AsSByte());
                var values = Vector128.LoadUnsafe(ref left, i);
                sums += Vector128.WidenLower(wide) * Vector128.WidenLower(values) + Vector128.WidenUpper(wide) * Vector128.WidenUpper(values);
            }

            sum = Vector128.Sum(sums);
        }

        for (; i < (nuint)row.Length; i++)
        {
            sum += Unsafe.Add(ref left, i) * Unsafe.Add(ref right, i);
        }

        return sum;
    }
}
