using System.Numerics;
using System.Runtime.InteropServices;

namespace Synapse.Sqlite.Vectors;

/// <summary>How many signs of rows differ from those of a query: a cheap first guess at which rows are near.</summary>
internal static class SignDistances
{
    /// <summary>Counts differing signs.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="query">Signs of the query.</param>
    /// <param name="distances">Receives a count per row.</param>
    public static void Compute(VectorRows rows, ReadOnlySpan<ulong> query, Span<ushort> distances)
    {
        if (query.Length == 4)
        {
            ComputeFour(MemoryMarshal.Cast<ulong, FourWords>(rows.Signs), MemoryMarshal.Read<FourWords>(MemoryMarshal.AsBytes(query)), distances);
            return;
        }

        var words = query.Length;
        ReadOnlySpan<ulong> signs = rows.Signs;
        for (var row = 0; row < distances.Length; row++)
        {
            var different = 0;
            for (var word = 0; word < words; word++)
            {
                different += BitOperations.PopCount(signs[row * words + word] ^ query[word]);
            }

            distances[row] = (ushort)different;
        }
    }

    private static void ComputeFour(ReadOnlySpan<FourWords> rows, FourWords query, Span<ushort> distances)
    {
        rows = rows[..distances.Length];
        for (var row = 0; row < rows.Length; row++)
        {
            ref readonly var words = ref rows[row];
            distances[row] = (ushort)(BitOperations.PopCount(words.A ^ query.A)
                + BitOperations.PopCount(words.B ^ query.B)
                + BitOperations.PopCount(words.C ^ query.C)
                + BitOperations.PopCount(words.D ^ query.D));
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct FourWords
    {
        public readonly ulong A;
        public readonly ulong B;
        public readonly ulong C;
        public readonly ulong D;
    }
}
