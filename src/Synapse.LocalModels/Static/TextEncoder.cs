using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Synapse.LocalModels.Static;

/// <summary>Turns one text into a unit vector: the sum of its tokens' rows. Reused for many texts; not thread-safe.</summary>
internal sealed unsafe class TextEncoder
{
    private const int RowCapacity = 16_384;
    private const float CodeCentre = 7.5f;

    private readonly StaticWeights weights;
    private readonly TokenBag bag;
    private readonly float[] repeatWeight = new float[64];
    private readonly int[] rows = new int[RowCapacity];
    private readonly float[] rowWeight = new float[RowCapacity];
    private int rowCount;

    public TextEncoder(StaticWeights weights)
    {
        this.weights = weights;
        bag = new TokenBag(weights);
        for (var n = 1; n < repeatWeight.Length; n++)
        {
            repeatWeight[n] = MathF.Pow(n, weights.RepeatExponent);
        }
    }

    /// <summary>Writes the embedding of a text; all zero if the text has no token.</summary>
    public void Encode(ReadOnlySpan<char> text, Span<float> destination, int maxTokens)
    {
        destination.Clear();
        bag.Fill(text, maxTokens);
        if (bag.Count == 0)
        {
            return;
        }

        rowCount = 0;
        for (var i = 0; i < bag.Count; i++)
        {
            ref readonly var token = ref bag[i];
            var weight = repeatWeight[Math.Min(token.Occurrences, repeatWeight.Length - 1)];
            if (!token.IsKnown)
            {
                AddCode(token.Hash, weight * weights.CodeScale, destination);
            }

            foreach (var (row, scale) in bag.RowsOf(token))
            {
                rows[rowCount] = row;
                rowWeight[rowCount++] = weight * scale;
            }

            if (rowCount > RowCapacity - 16)
            {
                Accumulate(destination);
            }
        }

        Accumulate(destination);
        Normalise(destination);
        weights.KeepAlive();
    }

    /// <summary>Adds ±<paramref name="scale"/> to every dimension, by the bits of a sequence that starts from a token's hash.</summary>
    internal static void AddCode(ulong hash, float scale, Span<float> destination)
    {
        for (var word = 0; word < StaticWeights.Dimensions / 64; word++)
        {
            var bits = TokenHash.Mix(hash + ((ulong)(word + 1) * 0x9e3779b97f4a7c15UL));
            var block = destination.Slice(word * 64, 64);
            if (Vector512.IsHardwareAccelerated)
            {
                var lanes = Vector512.Create(1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u, 256u, 512u, 1024u, 2048u, 4096u, 8192u, 16384u, 32768u);
                for (var i = 0; i < 4; i++)
                {
                    var set = Vector512.Equals(Vector512.Create((uint)(bits >> (16 * i)) & 0xffff) & lanes, lanes);
                    var value = Vector512.ConditionalSelect(set.AsSingle(), Vector512.Create(scale), Vector512.Create(-scale));
                    (Vector512.Create<float>(block.Slice(16 * i, 16)) + value).CopyTo(block[(16 * i)..]);
                }
            }
            else
            {
                for (var i = 0; i < 64; i++)
                {
                    block[i] += ((bits >> i) & 1) != 0 ? scale : -scale;
                }
            }
        }
    }

    private void Accumulate(Span<float> destination)
    {
        fixed (int* row = rows)
        fixed (float* weight = rowWeight)
        fixed (float* sum = destination)
        {
            if (Avx512F.IsSupported)
            {
                for (var half = 0; half < 2; half++)
                {
                    AccumulateHalf512(row, weight, sum + (half * 128), half * 64);
                }
            }
            else
            {
                for (var block = 0; block < 8; block++)
                {
                    AccumulateBlock(row, weight, sum + (block * 32), block * 16);
                }
            }
        }

        var total = 0f;
        for (var i = 0; i < rowCount; i++)
        {
            total += rowWeight[i];
        }

        var centre = Vector128.Create(total * CodeCentre);
        for (var k = 0; k < destination.Length; k += Vector128<float>.Count)
        {
            (Vector128.Create<float>(destination.Slice(k, Vector128<float>.Count)) - centre).CopyTo(destination[k..]);
        }

        rowCount = 0;
    }

    // Not TensorPrimitives: a command that embeds one query would wait longer for their compilation than for the embedding.
    private static void Normalise(Span<float> vector)
    {
        var squares = Vector128<float>.Zero;
        for (var k = 0; k < vector.Length; k += Vector128<float>.Count)
        {
            var x = Vector128.Create<float>(vector.Slice(k, Vector128<float>.Count));
            squares += x * x;
        }

        var norm = MathF.Sqrt(Vector128.Sum(squares));
        if (norm == 0)
        {
            return;
        }

        var scale = Vector128.Create(1 / norm);
        for (var k = 0; k < vector.Length; k += Vector128<float>.Count)
        {
            (Vector128.Create<float>(vector.Slice(k, Vector128<float>.Count)) * scale).CopyTo(vector[k..]);
        }
    }

    private void AccumulateHalf512(int* row, float* weight, float* sum, int offset)
    {
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        var start = weights.Rows + offset;
        // As indices of this table the codes become numbers without being masked: an index counts by its lowest four bits.
        var numbers = Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        for (var i = 0; i < rowCount; i++)
        {
            var codes = start + ((long)row[i] * StaticWeights.RowBytes);
            var w = Vector512.Create(weight[i]);
            var b0 = Avx512F.ConvertToVector512Int32(Vector128.Load(codes));
            var b1 = Avx512F.ConvertToVector512Int32(Vector128.Load(codes + 16));
            var b2 = Avx512F.ConvertToVector512Int32(Vector128.Load(codes + 32));
            var b3 = Avx512F.ConvertToVector512Int32(Vector128.Load(codes + 48));
            a0 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(numbers, b0), w, a0);
            a1 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(numbers, b0 >>> 4), w, a1);
            a2 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(numbers, b1), w, a2);
            a3 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(numbers, b1 >>> 4), w, a3);
            a4 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(numbers, b2), w, a4);
            a5 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(numbers, b2 >>> 4), w, a5);
            a6 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(numbers, b3), w, a6);
            a7 = Vector512.FusedMultiplyAdd(Avx512F.PermuteVar16x32(numbers, b3 >>> 4), w, a7);
        }

        (Vector512.Load(sum) + a0).Store(sum);
        (Vector512.Load(sum + 16) + a1).Store(sum + 16);
        (Vector512.Load(sum + 32) + a2).Store(sum + 32);
        (Vector512.Load(sum + 48) + a3).Store(sum + 48);
        (Vector512.Load(sum + 64) + a4).Store(sum + 64);
        (Vector512.Load(sum + 80) + a5).Store(sum + 80);
        (Vector512.Load(sum + 96) + a6).Store(sum + 96);
        (Vector512.Load(sum + 112) + a7).Store(sum + 112);
    }

    private void AccumulateBlock(int* row, float* weight, float* sum, int offset)
    {
        Vector128<float> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        var start = weights.Rows + offset;
        var low = Vector128.Create((byte)15);
        for (var i = 0; i < rowCount; i++)
        {
            var w = Vector128.Create(weight[i]);
            var codes = Vector128.Load(start + ((long)row[i] * StaticWeights.RowBytes));
            var (l, h) = Vector128.Widen(codes & low);
            Add(l, w, ref a0, ref a1);
            Add(h, w, ref a2, ref a3);
            (l, h) = Vector128.Widen((codes.AsUInt16() >>> 4).AsByte() & low);
            Add(l, w, ref a4, ref a5);
            Add(h, w, ref a6, ref a7);
        }

        (Vector128.Load(sum) + a0).Store(sum);
        (Vector128.Load(sum + 4) + a1).Store(sum + 4);
        (Vector128.Load(sum + 8) + a2).Store(sum + 8);
        (Vector128.Load(sum + 12) + a3).Store(sum + 12);
        (Vector128.Load(sum + 16) + a4).Store(sum + 16);
        (Vector128.Load(sum + 20) + a5).Store(sum + 20);
        (Vector128.Load(sum + 24) + a6).Store(sum + 24);
        (Vector128.Load(sum + 28) + a7).Store(sum + 28);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector128<ushort> codes, Vector128<float> w, ref Vector128<float> first, ref Vector128<float> second)
    {
        var (l, h) = Vector128.Widen(codes);
        first = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(l.AsInt32()), w, first);
        second = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(h.AsInt32()), w, second);
    }
}
