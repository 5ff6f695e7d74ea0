using System.Numerics;

namespace Synapse.LocalModels.Tokenizing.Subwords;

/// <summary>
/// All pieces of a vocabulary as a tree of characters: finding every piece that starts at a place costs one step a character, however
/// many pieces there are. The edges of all nodes lie in one hash table.
/// </summary>
internal sealed class PieceTrie
{
    public const int Root = 0;

    // 64 million characters in pieces that share nothing: far above every real vocabulary.
    private const int MaxNodes = 1 << 24;
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private ulong[] keys;
    private int[] children;
    private int[] ids;
    private int shift;
    private int nodeCount = 1;

    public PieceTrie(int expectedNodes)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(expectedNodes, 64, MaxNodes) * 2);
        (keys, children, ids) = (new ulong[size], new int[size], new int[size / 2]);
        shift = 64 - BitOperations.Log2((uint)size);
        Array.Fill(ids, -1);
    }

    /// <summary>One more than the largest id. The empty piece stands in no text, and does not count.</summary>
    public int IdLimit => ids.Skip(1).Max() + 1;

    /// <summary>Adds a piece; the last one with the same characters counts.</summary>
    public void Add(ReadOnlySpan<char> piece, int id)
    {
        var node = Root;
        foreach (var character in piece)
        {
            node = Child(node, character) is var child && child > 0 ? child : AddChild(node, character);
        }

        ids[node] = id;
    }

    /// <summary>The node that a character leads to; -1 where no piece goes on like this.</summary>
    public int Child(int node, char character)
    {
        var key = KeyOf(node, character);
        for (var slot = SlotOf(key); ; slot = (slot + 1) & (keys.Length - 1))
        {
            if (keys[slot] == key)
            {
                return children[slot];
            }

            if (keys[slot] == 0)
            {
                return -1;
            }
        }
    }

    /// <summary>The id of the piece that ends at a node, or -1.</summary>
    public int IdOf(int node) => ids[node];

    /// <summary>The node that characters lead to from a node, or -1.</summary>
    public int Walk(int node, ReadOnlySpan<char> characters)
    {
        foreach (var character in characters)
        {
            node = Child(node, character);
            if (node < 0)
            {
                return -1;
            }
        }

        return node;
    }

    /// <summary>The id of a whole piece, or -1.</summary>
    public int Find(ReadOnlySpan<char> piece) => Walk(Root, piece) is var node && node >= 0 ? ids[node] : -1;

    private static ulong KeyOf(int node, char character) => ((ulong)(uint)(node + 1) << 16) | character;

    private int SlotOf(ulong key) => (int)((key * Multiplier) >> shift);

    private int AddChild(int node, char character)
    {
        if (nodeCount == MaxNodes)
        {
            throw new InvalidDataException("its vocabulary is too large");
        }

        if (nodeCount * 2 >= keys.Length)
        {
            Grow();
        }

        Insert(KeyOf(node, character), nodeCount);
        return nodeCount++;
    }

    private void Insert(ulong key, int child)
    {
        var slot = SlotOf(key);
        while (keys[slot] != 0)
        {
            slot = (slot + 1) & (keys.Length - 1);
        }

        (keys[slot], children[slot]) = (key, child);
    }

    private void Grow()
    {
        var (oldKeys, oldChildren, oldIds) = (keys, children, ids);
        (keys, children, ids) = (new ulong[oldKeys.Length * 2], new int[oldKeys.Length * 2], new int[oldKeys.Length]);
        shift--;
        Array.Fill(ids, -1);
        oldIds.CopyTo(ids, 0);
        for (var slot = 0; slot < oldKeys.Length; slot++)
        {
            if (oldKeys[slot] != 0)
            {
                Insert(oldKeys[slot], oldChildren[slot]);
            }
        }
    }
}
