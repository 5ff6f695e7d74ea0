using System.Numerics;

namespace Synapse.Indexing;

/// <summary>The terms of a segment in the order of their hashes, in a few flat arrays: a million terms make no garbage and no pointers.</summary>
internal sealed class TermDictionary
{
    private readonly int[] _buckets;
    private readonly int _shift;

    /// <summary>Takes the columns of a segment.</summary>
    /// <param name="hashes">Ascending.</param>
    /// <param name="rows">As long as <paramref name="hashes"/>.</param>
    /// <param name="texts">UTF-8 of all terms.</param>
    /// <param name="postings">Postings of all terms.</param>
    public TermDictionary(ulong[] hashes, TermRow[] rows, byte[] texts, byte[] postings)
    {
        Hashes = hashes;
        Rows = rows;
        Texts = texts;
        Postings = postings;
        // About eight terms per bucket of the hash's leading bits.
        var bits = Math.Max(1, BitOperations.Log2((uint)hashes.Length | 1) - 3);
        _shift = 64 - bits;
        _buckets = new int[(1 << bits) + 1];
        var bucket = 0;
        for (var i = 0; i < hashes.Length; i++)
        {
            for (var end = (int)(hashes[i] >> _shift); bucket < end;)
            {
                _buckets[++bucket] = i;
            }
        }

        Array.Fill(_buckets, hashes.Length, bucket + 1, _buckets.Length - bucket - 1);
    }

    public ulong[] Hashes { get; }

    public TermRow[] Rows { get; }

    public byte[] Texts { get; }

    public byte[] Postings { get; }

    /// <summary>Finds a term.</summary>
    /// <param name="hash"><see cref="TermHash"/> of the term.</param>
    /// <param name="text">UTF-8 of the term.</param>
    /// <returns>Its index, or -1.</returns>
    public int Find(ulong hash, ReadOnlySpan<byte> text)
    {
        var bucket = (int)(hash >> _shift);
        for (var i = _buckets[bucket]; i < _buckets[bucket + 1]; i++)
        {
            if (Hashes[i] == hash && Text(i).SequenceEqual(text))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>UTF-8 of a term.</summary>
    public ReadOnlySpan<byte> Text(int index) => Texts.AsSpan((int)Rows[index].TextOffset, Rows[index].TextLength);
}
