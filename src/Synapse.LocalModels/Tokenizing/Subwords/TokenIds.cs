namespace Synapse.LocalModels.Tokenizing.Subwords;

/// <summary>Ids in the order of the text. Reused, not thread-safe.</summary>
internal sealed class TokenIds
{
    private readonly List<int> wordStarts = [];
    private int[] ids = new int[256];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Span => ids.AsSpan(0, Count);

    /// <summary>Whether the text was left before its end, because there were enough.</summary>
    public bool IsCut { get; set; }

    public void Add(int id)
    {
        if (Count == ids.Length)
        {
            Array.Resize(ref ids, Count * 2);
        }

        ids[Count++] = id;
    }

    /// <summary>Takes back what was added after there were <paramref name="count"/>.</summary>
    public void Rewind(int count) => Count = count;

    /// <summary>Notes that a word starts here, for <see cref="KeepLast"/>.</summary>
    public void StartWord() => wordStarts.Add(Count);

    /// <summary>Drops words from the start while there are enough tokens without them.</summary>
    public void KeepLast(int enough)
    {
        var last = wordStarts.FindLastIndex(start => Count - start >= enough);
        if (last >= 0 && wordStarts[last] is > 0 and var start)
        {
            Span[start..].CopyTo(ids);
            (Count, IsCut) = (Count - start, true);
        }
    }

    public void ReverseFrom(int start) => ids.AsSpan(start, Count - start).Reverse();

    public void Clear()
    {
        (Count, IsCut) = (0, false);
        wordStarts.Clear();
        if (ids.Length > 1 << 18)
        {
            ids = new int[256];
        }
    }
}
