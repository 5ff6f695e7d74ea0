namespace Synapse.Retrieval.Analysis;

/// <summary>A term while chunks are counted. It belongs to one <see cref="TermCounter"/>, and so to one thread at a time.</summary>
internal sealed class CountedTerm(string text, bool isStopWord)
{
    /// <summary>The term, interned.</summary>
    public string Text { get; } = text;

    /// <summary>Whether it is a stop word, which queries and lengths leave out.</summary>
    public bool IsStopWord { get; } = isStopWord;

    /// <summary>The count that <see cref="Slot"/> belongs to.</summary>
    public int Round { get; set; }

    /// <summary>Its place in that count.</summary>
    public int Slot { get; set; }
}

/// <summary>A word as it is written, with the terms that it stands for.</summary>
internal sealed class Surface(string text, ulong hash, CountedTerm[] terms)
{
    /// <summary>The word as written.</summary>
    public string Text { get; } = text;

    /// <summary>Hash of <see cref="Text"/>.</summary>
    public ulong Hash { get; } = hash;

    /// <summary>Its terms: one for a plain word, the whole and the parts for an identifier.</summary>
    public CountedTerm[] Terms { get; } = terms;
}

/// <summary>Words seen before, by their letters.</summary>
internal sealed class SurfaceTable
{
    private Surface?[] _slots = new Surface?[1 << 12];

    /// <summary>Words held.</summary>
    public int Count { get; private set; }

    /// <summary>Finds a word, or null.</summary>
    public Surface? Find(ReadOnlySpan<char> text, ulong hash)
    {
        var slots = _slots;
        var mask = slots.Length - 1;
        for (var i = (int)(hash >> 32) & mask; slots[i] is { } surface; i = (i + 1) & mask)
        {
            if (surface.Hash == hash && text.SequenceEqual(surface.Text))
            {
                return surface;
            }
        }

        return null;
    }

    /// <summary>Adds a word that is not there.</summary>
    public void Add(Surface surface)
    {
        if (Count * 2 >= _slots.Length)
        {
            var old = _slots;
            _slots = new Surface?[old.Length * 2];
            foreach (var each in old)
            {
                if (each is not null)
                {
                    Place(each);
                }
            }
        }

        Place(surface);
        Count++;
    }

    private void Place(Surface surface)
    {
        var mask = _slots.Length - 1;
        var i = (int)(surface.Hash >> 32) & mask;
        while (_slots[i] is not null)
        {
            i = (i + 1) & mask;
        }

        _slots[i] = surface;
    }
}
