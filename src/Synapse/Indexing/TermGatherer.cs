using System.Numerics;
using Synapse.Retrieval.Analysis;

namespace Synapse.Indexing;

/// <summary>Turns the terms of chunks, which come chunk by chunk, into postings, which go term by term.</summary>
internal sealed class TermGatherer
{
    private readonly List<(TermVocabulary Vocabulary, int[] Terms)> _known = [];
    private readonly List<string> _texts = [];
    private ulong[] _hashes = [];
    private int[] _frequencies = [];
    private int[] _slots = [];
    private int _slotMask;
    private int _count;

    /// <summary>Builds the dictionary of a segment.</summary>
    /// <param name="chunks">The terms of each chunk, in order.</param>
    /// <param name="lengths">BM25 length of each chunk.</param>
    public TermDictionary Build(IReadOnlyList<ChunkTerms> chunks, int[] lengths)
    {
        var builder = new TermDictionaryBuilder(lengths);
        Gather(chunks, builder);
        return builder.Build();
    }

    /// <summary>Gives all terms to a sink.</summary>
    /// <param name="chunks">The terms of each chunk, in order.</param>
    /// <param name="sink">Receives the terms.</param>
    public void Gather(IReadOnlyList<ChunkTerms> chunks, ITermSink sink)
    {
        var total = 0;
        foreach (var chunk in chunks)
        {
            total += chunk.Numbers.Length;
        }

        var termOf = SegmentBuffers<int>.Pool.Rent(total);
        var postingChunks = SegmentBuffers<int>.Pool.Rent(total);
        var postingFrequencies = SegmentBuffers<ushort>.Pool.Rent(total);
        Begin(total);
        Number(chunks, termOf);
        var order = Order();
        Scatter(chunks, termOf, order, postingChunks, postingFrequencies);
        var start = 0;
        foreach (var term in order)
        {
            var count = _frequencies[term];
            sink.Add(_hashes[term], _texts[term].AsSpan(), postingChunks.AsSpan(start, count), postingFrequencies.AsSpan(start, count));
            start += count;
        }

        SegmentBuffers<int>.Pool.Return(termOf);
        SegmentBuffers<int>.Pool.Return(postingChunks);
        SegmentBuffers<ushort>.Pool.Return(postingFrequencies);
        SegmentBuffers<ulong>.Pool.Return(_hashes);
        SegmentBuffers<int>.Pool.Return(_frequencies);
        SegmentBuffers<int>.Pool.Return(_slots);
    }

    /// <summary>Makes room for about so many distinct terms as so many terms of chunks usually have.</summary>
    private void Begin(int total)
    {
        var expected = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(total / 8, 1 << 10, 1 << 20));
        _hashes = SegmentBuffers<ulong>.Pool.Rent(expected);
        _frequencies = SegmentBuffers<int>.Pool.Rent(expected);
        _texts.EnsureCapacity(expected);
        _slotMask = expected * 2 - 1;
        _slots = SegmentBuffers<int>.Pool.Rent(_slotMask + 1);
        Array.Clear(_slots);
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
            SegmentBuffers<int>.Pool.Return(terms);
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
        var added = SegmentBuffers<int>.Pool.Rent(vocabulary.Count);
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

        var keys = SegmentBuffers<ulong>.Pool.Rent(_count);
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

        OrderCollisions(keys.AsSpan(0, _count), order);
        SegmentBuffers<ulong>.Pool.Return(keys);
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
    private void OrderCollisions(ReadOnlySpan<ulong> keys, int[] order)
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
        var slot = (int)hash & _slotMask;
        while (_slots[slot] is var held and not 0)
        {
            if (_hashes[held - 1] == hash && _texts[held - 1] == text)
            {
                return held - 1;
            }

            slot = (slot + 1) & _slotMask;
        }

        if (_count == Math.Min(_hashes.Length, _frequencies.Length))
        {
            Lengthen(ref _hashes);
            Lengthen(ref _frequencies);
        }

        _hashes[_count] = hash;
        _frequencies[_count] = 0;
        _texts.Add(text);
        _slots[slot] = ++_count;
        if (_count * 2 > _slotMask)
        {
            SpreadSlots();
        }

        return _count - 1;
    }

    private void Lengthen<T>(ref T[] array)
        where T : unmanaged
    {
        var longer = SegmentBuffers<T>.Pool.Rent(_count * 2);
        array.AsSpan(0, _count).CopyTo(longer);
        SegmentBuffers<T>.Pool.Return(array);
        array = longer;
    }

    private void SpreadSlots()
    {
        _slotMask = _slotMask * 2 + 1;
        SegmentBuffers<int>.Pool.Return(_slots);
        _slots = SegmentBuffers<int>.Pool.Rent(_slotMask + 1);
        Array.Clear(_slots);
        for (var i = 0; i < _count; i++)
        {
            var slot = (int)_hashes[i] & _slotMask;
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & _slotMask;
            }

            _slots[slot] = i + 1;
        }
    }
}
