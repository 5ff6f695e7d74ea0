using System.Buffers;
using System.Numerics;
using Synapse.Retrieval.Analysis;

namespace Synapse.Sqlite.Postings;

/// <summary>Turns the terms of chunks, which come chunk by chunk, into postings, which go term by term.</summary>
internal sealed class TermGatherer
{
    private readonly List<(TermVocabulary Vocabulary, int[] Terms)> _known = [];
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
            total += chunk.Numbers.Length;
        }

        var termOf = ArrayPool<int>.Shared.Rent(total);
        var postingChunks = ArrayPool<int>.Shared.Rent(total);
        var postingFrequencies = ArrayPool<ushort>.Shared.Rent(total);
        Number(chunks, termOf);
        var order = Order();
        Scatter(chunks, termOf, order, postingChunks, postingFrequencies);
        var builder = new TermDictionaryBuilder(lengths, _count);
        var start = 0;
        foreach (var term in order)
        {
            var count = _frequencies[term];
            builder.Add(_hashes[term], _texts[term].AsSpan(), postingChunks.AsSpan(start, count), postingFrequencies.AsSpan(start, count));
            start += count;
        }

        ArrayPool<int>.Shared.Return(termOf);
        ArrayPool<int>.Shared.Return(postingChunks);
        ArrayPool<ushort>.Shared.Return(postingFrequencies);
        return builder.Build();
    }

    /// <summary>Numbers the terms of the segment from 0 and counts their chunks.</summary>
    /// <param name="chunks">The terms of each chunk.</param>
    /// <param name="termOf">Receives the term of each of their terms.</param>
    private void Number(IReadOnlyList<ChunkTerms> chunks, int[] termOf)
    {
        var at = 0;
        foreach (var chunk in chunks)
        {
            var known = KnownOf(chunk.Vocabulary);
            foreach (var number in chunk.Numbers)
            {
                var term = known[number] - 1;
                if (term < 0)
                {
                    term = Intern(chunk.Vocabulary.Text(number));
                    known[number] = term + 1;
                }

                termOf[at++] = term;
                _frequencies[term]++;
            }
        }

        foreach (var (_, terms) in _known)
        {
            ArrayPool<int>.Shared.Return(terms);
        }

        _known.Clear();
    }

    /// <summary>The terms of the segment by their number in a vocabulary, from 1; 0 for what was not met yet.</summary>
    private int[] KnownOf(TermVocabulary vocabulary)
    {
        foreach (var (known, terms) in _known)
        {
            if (ReferenceEquals(known, vocabulary))
            {
                return terms;
            }
        }

        // All chunks of the segment were analysed before: no number that they have is beyond the count of now.
        var added = ArrayPool<int>.Shared.Rent(vocabulary.Count);
        Array.Clear(added);
        _known.Add((vocabulary, added));
        return added;
    }

    /// <summary>The terms in the order of their hashes.</summary>
    private int[] Order()
    {
        // Hashes are spread evenly, so that their leading bits bring most of them to their place at once.
        var bits = Math.Clamp(BitOperations.Log2((uint)_count | 1), 1, 20);
        var ends = new int[(1 << bits) + 1];
        for (var i = 0; i < _count; i++)
        {
            ends[(int)(_hashes[i] >> (64 - bits)) + 1]++;
        }

        for (var bucket = 1; bucket < ends.Length; bucket++)
        {
            ends[bucket] += ends[bucket - 1];
        }

        var keys = new ulong[_count];
        var order = new int[_count];
        for (var i = 0; i < _count; i++)
        {
            var place = ends[(int)(_hashes[i] >> (64 - bits))]++;
            keys[place] = _hashes[i];
            order[place] = i;
        }

        var start = 0;
        foreach (var end in ends.AsSpan(0, 1 << bits))
        {
            if (end - start > 1)
            {
                keys.AsSpan(start, end - start).Sort(order.AsSpan(start, end - start));
            }

            start = end;
        }

        OrderCollisions(keys, order);
        return order;
    }

    /// <summary>Lays the postings of each term side by side, terms in order.</summary>
    private void Scatter(IReadOnlyList<ChunkTerms> chunks, int[] termOf, int[] order, int[] postingChunks, ushort[] postingFrequencies)
    {
        var starts = new int[_count];
        var start = 0;
        foreach (var term in order)
        {
            starts[term] = start;
            start += _frequencies[term];
        }

        var at = 0;
        for (var chunk = 0; chunk < chunks.Count; chunk++)
        {
            foreach (var frequency in chunks[chunk].Frequencies)
            {
                var place = starts[termOf[at++]]++;
                postingChunks[place] = chunk;
                postingFrequencies[place] = frequency;
            }
        }
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
            if (_hashes[held - 1] == hash && _texts[held - 1] == text)
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
