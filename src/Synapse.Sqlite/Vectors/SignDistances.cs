using System.Numerics;
using System.Runtime.InteropServices;

namespace Synapse.Sqlite.Vectors;

/// <summary>
/// How far rows are from a query when only the signs of their numbers are looked at: a cheap first guess at which rows are near. The query's numbers count
/// by their size, in sixteen steps. Measured before rounding to steps: on the static embedder's vectors, 5 % of the rows then hold 0.994 of the nearest hundred, where
/// counting equal signs needs 15 %.
/// </summary>
internal static class SignDistances
{
    /// <summary>Bits of a query's number.</summary>
    public const int Planes = 4;

    /// <summary>Most numbers per row that distances are computed of; they are counted in 16 bits.</summary>
    public const int MostDimensions = ushort.MaxValue / (2 * LargestStep);

    // A number of the query is one of the odd steps -15, -13, ... 15, kept as 0 to 15.
    private const int LargestStep = (1 << Planes) - 1;

    /// <summary>The farthest a row can be.</summary>
    public static int Farthest(int dimensions) => 2 * LargestStep * dimensions;

    /// <summary>Takes the query's numbers apart into planes of bits.</summary>
    /// <param name="embedding">The query.</param>
    /// <param name="largest">Size of its largest number; above 0.</param>
    /// <returns>One plane after the other, lowest bit first, each of as many words as a row has.</returns>
    public static ulong[] MakePlanes(ReadOnlySpan<float> embedding, float largest)
    {
        const float HalfRange = LargestStep / 2f;
        var words = VectorRows.WordsFor(embedding.Length);
        var planes = new ulong[Planes * words];
        for (var i = 0; i < embedding.Length; i++)
        {
            var step = (int)MathF.Round(embedding[i] / largest * HalfRange + HalfRange);
            for (var plane = 0; plane < Planes; plane++)
            {
                planes[plane * words + (i >> 6)] |= (ulong)((step >> plane) & 1) << i;
            }
        }

        return planes;
    }

    /// <summary>Computes distances: 0 is nearest, <see cref="Farthest"/> farthest.</summary>
    /// <param name="rows">The rows; at most <see cref="MostDimensions"/> numbers each.</param>
    /// <param name="planes">The query's planes.</param>
    /// <param name="distances">Receives one per row.</param>
    public static void Compute(VectorRows rows, ReadOnlySpan<ulong> planes, Span<ushort> distances)
    {
        var middle = Farthest(rows.Dimensions) / 2;
        if (rows.SignWords == 4)
        {
            ComputeFour(MemoryMarshal.Cast<ulong, FourWords>(rows.Signs), MemoryMarshal.Cast<ulong, FourWords>(planes), middle, distances);
            return;
        }

        var words = rows.SignWords;
        for (var row = 0; row < distances.Length; row++)
        {
            var signs = rows.Signs.AsSpan(row * words, words);
            var sum = 0;
            var set = 0;
            foreach (var word in signs)
            {
                set += BitOperations.PopCount(word);
            }

            for (var plane = 0; plane < Planes; plane++)
            {
                for (var word = 0; word < words; word++)
                {
                    sum += BitOperations.PopCount(signs[word] & planes[plane * words + word]) << plane;
                }
            }

            distances[row] = (ushort)(middle - (2 * sum - LargestStep * set));
        }
    }

    private static void ComputeFour(ReadOnlySpan<FourWords> rows, ReadOnlySpan<FourWords> planes, int middle, Span<ushort> distances)
    {
        var (ones, twos, fours, eights) = (planes[0], planes[1], planes[2], planes[3]);
        rows = rows[..distances.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            ref readonly var signs = ref rows[row];
            var sum = signs.Common(ones) + (signs.Common(twos) << 1) + (signs.Common(fours) << 2) + (signs.Common(eights) << 3);
            distances[row] = (ushort)(middle - (2 * sum - LargestStep * signs.Count()));
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct FourWords
    {
        private readonly ulong _a;
        private readonly ulong _b;
        private readonly ulong _c;
        private readonly ulong _d;

        /// <summary>Bits that are set.</summary>
        public int Count()
            => BitOperations.PopCount(_a) + BitOperations.PopCount(_b) + BitOperations.PopCount(_c) + BitOperations.PopCount(_d);

        /// <summary>Bits that are set in both.</summary>
        public int Common(in FourWords other)
            => BitOperations.PopCount(_a & other._a) + BitOperations.PopCount(_b & other._b)
                + BitOperations.PopCount(_c & other._c) + BitOperations.PopCount(_d & other._d);
    }
}
