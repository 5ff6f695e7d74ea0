using System.Buffers;

namespace Synapse.Sqlite.Postings;

/// <summary>Rented arrays that grow. What is built of unknown length is large, and would lie about as garbage for long.</summary>
internal static class PooledArray
{
    /// <summary>Makes room.</summary>
    /// <param name="array">A rented array; replaced when it is too short.</param>
    /// <param name="used">Elements in use, which are kept.</param>
    /// <param name="more">Elements to come.</param>
    public static void Reserve<T>(ref T[] array, int used, int more)
        where T : unmanaged
    {
        if (used + more <= array.Length)
        {
            return;
        }

        var longer = ArrayPool<T>.Shared.Rent((int)Math.Min(Math.Max(used + (long)more, array.Length * 2L), Array.MaxLength));
        array.AsSpan(0, used).CopyTo(longer);
        ArrayPool<T>.Shared.Return(array);
        array = longer;
    }

    /// <summary>Copies what is in use into an array of that length, and gives the rented one back.</summary>
    public static T[] Take<T>(ref T[] array, int used)
        where T : unmanaged
    {
        var taken = array.AsSpan(0, used).ToArray();
        ArrayPool<T>.Shared.Return(array);
        array = [];
        return taken;
    }
}
