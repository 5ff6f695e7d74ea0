using System.Buffers;
using Synapse.Retrieval;
using Synapse.Sqlite.Postings;
using Synapse.Storage;

namespace Synapse.Sqlite.Search;

/// <summary>A keyword query over the segments of a view, with the statistics of the whole view.</summary>
internal sealed class KeywordSearch
{
    private readonly SnapshotSegments _segments;
    private readonly WeightedTerm[] _terms;

    /// <summary>Looks the terms up.</summary>
    /// <param name="segments">The view.</param>
    /// <param name="terms">The terms; those given twice count twice.</param>
    public KeywordSearch(SnapshotSegments segments, IReadOnlyList<QueryTerm> terms)
    {
        _segments = segments;
        // One order for any order of the question, so that sums round the same way.
        var grouped = terms.GroupBy(term => term.Text, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal);
        var found = new List<WeightedTerm>();
        foreach (var group in grouped)
        {
            var places = Lookup(segments, group.Key);
            var frequency = DocumentFrequency(segments, places);
            var weight = group.Sum(term => (double)term.Weight) * Bm25.InverseDocumentFrequency(segments.ChunkCount, frequency);
            if (frequency > 0 && weight > 0)
            {
                found.Add(new WeightedTerm(weight, places));
            }
        }

        _terms = [.. found];
    }

    /// <summary>How many chunks of the view contain a term.</summary>
    public static int DocumentFrequency(SnapshotSegments segments, string term) => DocumentFrequency(segments, Lookup(segments, term));

    /// <summary>Finds the best chunks.</summary>
    public ScoredChunk[] FindTop(int limit, CancellationToken cancellationToken)
    {
        if (_terms.Length == 0)
        {
            return [];
        }

        var top = new TopChunks(_segments, limit);
        var cursor = new PostingsCursor();
        for (var segment = 0; segment < _segments.Count; segment++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Scan(segment, cursor, top);
        }

        return top.ToSorted();
    }

    /// <summary>The scores of given chunks.</summary>
    public float[] Score(IReadOnlyList<ChunkKey> chunks)
    {
        var scores = new float[chunks.Count];
        var cursor = new PostingsCursor();
        foreach (var group in chunks.Select((key, index) => (Place: _segments.Place(key), index)).GroupBy(each => each.Place.Segment))
        {
            var ordered = group.OrderBy(each => each.Place.Chunk).ToArray();
            var sums = new double[ordered.Length];
            var lengths = _segments[group.Key].Segment.Content.Lengths;
            foreach (var term in _terms)
            {
                if (term.Places[group.Key] < 0)
                {
                    continue;
                }

                cursor.Open(_segments[group.Key].Segment.Content.Terms, term.Places[group.Key]);
                for (var i = 0; i < ordered.Length && cursor.Chunk != PostingsCursor.End; i++)
                {
                    var chunk = ordered[i].Place.Chunk;
                    cursor.MoveTo(chunk);
                    if (cursor.Chunk == chunk)
                    {
                        sums[i] += term.Weight * Bm25.TermSaturation(cursor.Frequency, lengths[chunk], _segments.AverageLength);
                    }
                }
            }

            for (var i = 0; i < ordered.Length; i++)
            {
                scores[ordered[i].index] = (float)sums[i];
            }
        }

        return scores;
    }

    private void Scan(int segment, PostingsCursor cursor, TopChunks top)
    {
        var view = _segments[segment];
        var content = view.Segment.Content;
        var average = _segments.AverageLength;
        var sums = ArrayPool<double>.Shared.Rent(content.Chunks.Length);
        var used = sums.AsSpan(0, content.Chunks.Length);
        used.Clear();
        foreach (var term in _terms)
        {
            if (term.Places[segment] < 0)
            {
                continue;
            }

            for (cursor.Open(content.Terms, term.Places[segment]); cursor.Chunk != PostingsCursor.End; cursor.MoveNext())
            {
                used[cursor.Chunk] += term.Weight * Bm25.TermSaturation(cursor.Frequency, content.Lengths[cursor.Chunk], average);
            }
        }

        for (var chunk = 0; chunk < used.Length; chunk++)
        {
            var score = (float)used[chunk];
            if (score > 0 && score >= top.Threshold && view.Deletions?.Contains(chunk) != true)
            {
                top.Offer(SnapshotSegments.Key(segment, chunk), score);
            }
        }

        ArrayPool<double>.Shared.Return(sums);
    }

    private static int[] Lookup(SnapshotSegments segments, string term)
    {
        Span<byte> utf8 = stackalloc byte[TermDictionaryBuilder.MaxTextBytes];
        var text = utf8[..TermDictionaryBuilder.Encode(term, utf8)];
        var hash = TermHash.Of(term);
        var places = new int[segments.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = segments[i].Segment.Content.Terms.Find(hash, text);
        }

        return places;
    }

    private static int DocumentFrequency(SnapshotSegments segments, int[] places)
    {
        var total = 0;
        var cursor = new PostingsCursor();
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i] >= 0)
            {
                total += segments[i].LiveFrequency(places[i], cursor);
            }
        }

        return total;
    }

    private readonly record struct WeightedTerm(double Weight, int[] Places);
}
