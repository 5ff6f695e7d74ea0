
namespace Synapse.Indexing;

/// <summary>
/// Finds a segment's chunks that can be among the best. Terms whose bounds together stay below what is needed are not walked: they are only
/// looked up for the chunks that the other terms gave (MaxScore). The other terms add up their scores stretch by stretch, and
/// stretches and blocks whose bounds stay below what is needed are jumped over (block-max).
/// </summary>
/// <remarks>Turtle and Flood 1995 (MaxScore); Ding and Suel, SIGIR 2011 (block-max indexes). Exact: nothing that could be kept is left out.</remarks>
internal sealed class SegmentScan
{
    private readonly PostingsCursor[] _cursors;
    private readonly TermScorer[] _scorers;
    private readonly long[] _bounds;
    private readonly long[] _boundsUpTo;
    private readonly long[] _windowBounds;
    private readonly ScoreWindow _window = new();

    /// <summary>Makes room for so many terms.</summary>
    public SegmentScan(int termCount)
    {
        _cursors = new PostingsCursor[termCount];
        for (var i = 0; i < termCount; i++)
        {
            _cursors[i] = new PostingsCursor();
        }

        _scorers = new TermScorer[termCount];
        _bounds = new long[termCount];
        _boundsUpTo = new long[termCount + 1];
        _windowBounds = new long[termCount];
    }

    /// <summary>Offers the chunks of a segment.</summary>
    /// <param name="segment">The segment's number in the view.</param>
    /// <param name="terms">The terms that the segment has.</param>
    /// <param name="lengths">BM25 lengths of the segment's chunks.</param>
    /// <param name="deletions">What is gone of the segment; null when nothing is.</param>
    /// <param name="top">Receives the chunks.</param>
    public void Run(int segment, ReadOnlySpan<ScannedTerm> terms, int[] lengths, Deletions? deletions, TopChunks top)
    {
        Open(terms);
        var count = terms.Length;
        var needed = TermScorer.LeastSteps(top.Threshold);
        var firstWalked = FirstWalked(count, needed);
        while (firstWalked < count)
        {
            var start = PostingsCursor.End;
            for (var i = firstWalked; i < count; i++)
            {
                start = Math.Min(start, _cursors[i].Chunk);
            }

            if (start == PostingsCursor.End)
            {
                return;
            }

            _window.MoveTo(start);
            var windowBound = BoundWindow(firstWalked, count);
            if (windowBound + _boundsUpTo[firstWalked] < needed)
            {
                for (var i = firstWalked; i < count; i++)
                {
                    _cursors[i].MoveTo(_window.End);
                }

                continue;
            }

            for (var i = firstWalked; i < count; i++)
            {
                var neededOfBlock = needed - _boundsUpTo[firstWalked] - (windowBound - _windowBounds[i]);
                _cursors[i].AddTo(_window, _scorers[i], lengths, neededOfBlock);
            }

            OfferWindow(segment, firstWalked, lengths, deletions, top);
            needed = TermScorer.LeastSteps(top.Threshold);
            firstWalked = FirstWalked(count, needed);
        }
    }

    private void Open(ReadOnlySpan<ScannedTerm> terms)
    {
        Span<int> order = stackalloc int[terms.Length];
        Span<long> bounds = stackalloc long[terms.Length];
        for (var i = 0; i < terms.Length; i++)
        {
            order[i] = i;
            bounds[i] = terms[i].Scorer.Bound(terms[i].Row.MaxFrequency, terms[i].Row.MinLength);
        }

        bounds.Sort(order);
        for (var i = 0; i < terms.Length; i++)
        {
            _cursors[i].Open(terms[order[i]].Row, terms[order[i]].Postings);
            _scorers[i] = terms[order[i]].Scorer;
            _bounds[i] = bounds[i];
            _boundsUpTo[i + 1] = _boundsUpTo[i] + bounds[i];
        }
    }

    /// <summary>The first term, by rising bound, without which the needed score cannot be reached.</summary>
    private int FirstWalked(int count, long needed)
    {
        var first = 0;
        while (first < count && _boundsUpTo[first + 1] < needed)
        {
            first++;
        }

        return first;
    }

    private long BoundWindow(int firstWalked, int count)
    {
        var sum = 0L;
        for (var i = firstWalked; i < count; i++)
        {
            _windowBounds[i] = _cursors[i].BoundUpTo(_window.End, _scorers[i], _bounds[i]);
            sum += _windowBounds[i];
        }

        return sum;
    }

    private void OfferWindow(int segment, int firstWalked, int[] lengths, Deletions? deletions, TopChunks top)
    {
        var needed = TermScorer.LeastSteps(top.Threshold);
        var word = 0;
        while (_window.TakeNext(ref word, out var chunk, out var sum))
        {
            if (sum + _boundsUpTo[firstWalked] < needed || deletions?.Contains(chunk) == true)
            {
                continue;
            }

            for (var i = firstWalked - 1; i >= 0 && sum + _boundsUpTo[i + 1] >= needed; i--)
            {
                var cursor = _cursors[i];
                cursor.MoveTo(chunk);
                if (cursor.Chunk == chunk)
                {
                    sum += _scorers[i].Score(cursor.Frequency, lengths[chunk]);
                }
            }

            // When the loop ended early, the sum is below what is needed, and so is the whole score.
            if (sum >= needed && sum > 0)
            {
                top.Offer(new ChunkPlace(segment, chunk).ToKey(), TermScorer.ToScore(sum));
                needed = TermScorer.LeastSteps(top.Threshold);
            }
        }
    }
}
