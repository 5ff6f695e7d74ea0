using Synapse.Indexing;
using Synapse.Retrieval;
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
        var grouped = terms.GroupBy(term => term.Text, StringComparer.Ordinal);
        var found = new List<WeightedTerm>();
        foreach (var group in grouped)
        {
            var places = Lookup(segments, group.Key);
            var frequency = DocumentFrequency(segments, places);
            var weight = group.Sum(term => (double)term.Weight) * Bm25.InverseDocumentFrequency(segments.ChunkCount, frequency);
            if (frequency > 0 && weight > 0)
            {
                found.Add(new WeightedTerm(new TermScorer(weight, segments.AverageLength), places));
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

        var top = new TopChunks(_segments, limit, _segments.ChunkCount);
        var scan = new SegmentScan(_terms.Length);
        var inSegment = new ScannedTerm[_terms.Length];
        // The largest first: it is likely to hold the best chunks, and what they score spares work in the others.
        foreach (var segment in Enumerable.Range(0, _segments.Count).OrderByDescending(segment => _segments[segment].Segment.ChunkCount))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var view = _segments[segment];
            var content = view.Segment.Content;
            var count = 0;
            foreach (var term in _terms)
            {
                if (term.Places[segment] >= 0)
                {
                    inSegment[count++] = new ScannedTerm(content.Terms.Rows[term.Places[segment]], content.Terms.Postings, term.Scorer);
                }
            }

            if (count > 0)
            {
                scan.Run(segment, inSegment.AsSpan(0, count), content.Lengths, view.Deletions, top);
            }
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
            var sums = new long[ordered.Length];
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
                        sums[i] += term.Scorer.Score(cursor.Frequency, lengths[chunk]);
                    }
                }
            }

            for (var i = 0; i < ordered.Length; i++)
            {
                scores[ordered[i].index] = TermScorer.ToScore(sums[i]);
            }
        }

        return scores;
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

    private readonly record struct WeightedTerm(TermScorer Scorer, int[] Places);
}
