using System.Numerics;

namespace Synapse.Indexing;

/// <summary>Sums of scores for a stretch of consecutive chunks.</summary>
internal sealed class ScoreWindow
{
    /// <summary>Chunks of a stretch.</summary>
    public const int Size = 2048;

    private readonly long[] _sums = new long[Size];
    private readonly ulong[] _touched = new ulong[Size / 64];

    /// <summary>First chunk.</summary>
    public int Start { get; private set; }

    /// <summary>One past the last chunk.</summary>
    public int End => Start + Size;

    /// <summary>Moves to a stretch. The sums are zero again: <see cref="TakeNext"/> clears what it gives.</summary>
    public void MoveTo(int start) => Start = start;

    /// <summary>Adds to a chunk of the stretch.</summary>
    public void Add(int chunk, long score)
    {
        var place = chunk - Start;
        _sums[place] += score;
        _touched[place >> 6] |= 1UL << place;
    }

    /// <summary>Takes the sum of the next chunk that was added to.</summary>
    /// <param name="word">Where to go on; starts at 0.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="sum">Its sum.</param>
    /// <returns>False when there is none left.</returns>
    public bool TakeNext(ref int word, out int chunk, out long sum)
    {
        while (word < _touched.Length)
        {
            var bits = _touched[word];
            if (bits == 0)
            {
                word++;
                continue;
            }

            var place = (word << 6) + BitOperations.TrailingZeroCount(bits);
            _touched[word] = bits & (bits - 1);
            chunk = Start + place;
            sum = _sums[place];
            _sums[place] = 0;
            return true;
        }

        chunk = 0;
        sum = 0;
        return false;
    }
}
