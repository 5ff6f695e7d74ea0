using System.Numerics;

namespace Synapse.LocalModels.Tokenizing.Subwords;

/// <summary>Which pairs of tokens merge, how early, and into what. Read by many threads once it is filled.</summary>
internal sealed class MergeTable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly ulong[] keys;
    private readonly int[] ranks;
    private readonly int[] results;
    private readonly int shift;

    /// <param name="capacity">Most merges that will be added.</param>
    public MergeTable(int capacity)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 8) * 2);
        (keys, ranks, results) = (new ulong[size], new int[size], new int[Math.Max(capacity, 1)]);
        shift = 64 - BitOperations.Log2((uint)size);
    }

    /// <summary>Adds a merge; of several for one pair the last counts.</summary>
    public void Add(int left, int right, int rank, int result)
    {
        var slot = Slot(left, right);
        keys[slot] = KeyOf(left, right);
        ranks[slot] = rank;
        results[rank] = result;
    }

    /// <summary>The rank of a pair, lower is earlier; -1 where it does not merge.</summary>
    public int RankOf(int left, int right)
    {
        var slot = Slot(left, right);
        return keys[slot] == 0 ? -1 : ranks[slot];
    }

    /// <summary>The token that the merge of a rank makes.</summary>
    public int ResultOf(int rank) => results[rank];

    // Ids are below 2^31: no key is 0.
    private static ulong KeyOf(int left, int right) => ((ulong)(uint)(left + 1) << 32) | (uint)right;

    private int Slot(int left, int right)
    {
        var key = KeyOf(left, right);
        var slot = (int)((key * Multiplier) >> shift);
        while (keys[slot] != 0 && keys[slot] != key)
        {
            slot = (slot + 1) & (keys.Length - 1);
        }

        return slot;
    }
}
