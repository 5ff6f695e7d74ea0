using Synapse.Retrieval.Analysis;

namespace Synapse.Sqlite.Postings;

/// <summary>Turns the terms of chunks, which come chunk by chunk, into postings, which go term by term.</summary>
internal sealed class TermGatherer
{
    private int[] _slots = new int[1 << 13];
    private ulong[] _hashes = new ulong[1 << 12];
    private string[] _texts = new string[1 << 12];
    private int[] _frequencies = new int[1 << 12];
    private int _count;

    /// <summary>Builds the dictionary of a segment.</summary>
    /// <param name="chunks">The terms of each chunk, in order.</param>
    /// <param name="lengths">BM25 length of each chunk.</param>
    public TermDictionary Build(IReadOnlyList<ChunkTerms> chunks, int[] lengths)
    {
        var total = 0;
        foreach (var chunk in chunks)
        {
            total += chunk.Terms.Length;
        }

        var termOf = new int[total];
        var at = 0;
        foreach (var chunk in chunks)
        {
            foreach (var text in chunk.Terms)
            {
                var term = Intern(text);
                termOf[at++] = term;
                _frequencies[term]++;
            }
        }

        var order = new int[_count];
        for (var i = 0; i < _count; i++)
        {
            order[i] = i;
        }

        var keys = _hashes.AsSpan(0, _count).ToArray();
        Array.Sort(keys, order);
        OrderCollisions(keys, order);
        var starts = new int[_count];
        var start = 0;
        foreach (var term in order)
        {
            starts[term] = start;
            start += _frequencies[term];
        }

        var postingChunks = new int[total];
        var postingFrequencies = new ushort[total];
        at = 0;
        for (var chunk = 0; chunk < chunks.Count; chunk++)
        {
            var frequencies = chunks[chunk].Frequencies;
            for (var i = 0; i < frequencies.Length; i++)
            {
                var place = starts[termOf[at++]]++;
                postingChunks[place] = chunk;
                postingFrequencies[place] = frequencies[i];
            }
        }

        var builder = new TermDictionaryBuilder(lengths, _count);
        start = 0;
        foreach (var term in order)
        {
            var count = _frequencies[term];
            builder.Add(_hashes[term], _texts[term].AsSpan(), postingChunks.AsSpan(start, count), postingFrequencies.AsSpan(start, count));
            start += count;
        }

        return builder.Build();
    }

    /// <summary>Terms of one hash are ordered by their text, so that equal content gives equal segments.</summary>
    private void OrderCollisions(ulong[] keys, int[] order)
    {
        for (var i = 1; i < keys.Length; i++)
        {
            if (keys[i] == keys[i - 1])
            {
                var end = i + 1;
                while (end < keys.Length && keys[end] == keys[i])
                {
                    end++;
                }

                order.AsSpan(i - 1, end - i + 1).Sort((a, b) => string.CompareOrdinal(_texts[a], _texts[b]));
                i = end;
            }
        }
    }

    private int Intern(string text)
    {
        var hash = TermHash.Of(text);
        var mask = _slots.Length - 1;
        var slot = (int)hash & mask;
        while (_slots[slot] is var held and not 0)
        {
            if (_hashes[held - 1] == hash && (ReferenceEquals(_texts[held - 1], text) || _texts[held - 1] == text))
            {
                return held - 1;
            }

            slot = (slot + 1) & mask;
        }

        if (_count == _hashes.Length)
        {
            Grow();
            return Intern(text);
        }

        _hashes[_count] = hash;
        _texts[_count] = text;
        _slots[slot] = ++_count;
        return _count - 1;
    }

    private void Grow()
    {
        Array.Resize(ref _hashes, _count * 2);
        Array.Resize(ref _texts, _count * 2);
        Array.Resize(ref _frequencies, _count * 2);
        _slots = new int[_count * 4];
        var mask = _slots.Length - 1;
        for (var i = 0; i < _count; i++)
        {
            var slot = (int)_hashes[i] & mask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = i + 1;
        }
    }
}
