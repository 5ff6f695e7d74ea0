using Npgsql;
using Synapse.Indexing;
using Synapse.Retrieval;
using Synapse.Storage;

namespace Synapse.Postgres.Keywords;

/// <summary>Keyword queries over one view, with the statistics of the whole view. What was looked up for one query is known to the next.</summary>
internal sealed class KeywordSearch(PostingsCache cache, IndexView view)
{
    private readonly Dictionary<string, TermInView> _terms = new(StringComparer.Ordinal);

    /// <summary>How many chunks of the view contain each term.</summary>
    public async Task<IReadOnlyList<int>> CountAsync(NpgsqlConnection connection, IReadOnlyList<string> terms, CancellationToken cancellationToken)
    {
        await LookUpAsync(connection, terms, cancellationToken);
        return [.. terms.Select(term => _terms[term].Frequency)];
    }

    /// <summary>Finds the best chunks.</summary>
    public async Task<IReadOnlyList<ScoredChunk>> FindTopAsync(NpgsqlConnection connection, IReadOnlyList<QueryTerm> terms, int limit, CancellationToken cancellationToken)
    {
        var weighted = await WeighAsync(connection, terms, cancellationToken);
        if (weighted.Count == 0)
        {
            return [];
        }

        var top = new TopChunks(view, limit, view.ChunkCount);
        var scan = new SegmentScan(weighted.Count);
        var inSegment = new ScannedTerm[weighted.Count];

        // The largest first: it is likely to hold the best chunks, and what they score spares work in the others.
        foreach (var segment in Enumerable.Range(0, view.Count).OrderByDescending(segment => view[segment].ChunkCount))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = 0;
            foreach (var (term, scorer) in weighted)
            {
                if (term.BySegment[segment] is { } postings)
                {
                    inSegment[count++] = new ScannedTerm(postings.Row, postings.Postings, scorer);
                }
            }

            if (count > 0)
            {
                scan.Run(segment, inSegment.AsSpan(0, count), view[segment].Header.Lengths, view[segment].Deletions, top);
            }
        }

        return top.ToSorted();
    }

    /// <summary>The scores of given chunks.</summary>
    public async Task<IReadOnlyList<float>> ScoreAsync(NpgsqlConnection connection, IReadOnlyList<QueryTerm> terms, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
    {
        var weighted = await WeighAsync(connection, terms, cancellationToken);
        var scores = new float[chunks.Count];
        var cursor = new PostingsCursor();
        foreach (var group in chunks.Select(static (key, index) => (Place: ChunkPlace.Of(key), Index: index)).GroupBy(static each => each.Place.Segment))
        {
            var ordered = group.OrderBy(static each => each.Place.Chunk).ToArray();
            var sums = new long[ordered.Length];
            var lengths = view[group.Key].Header.Lengths;
            foreach (var (term, scorer) in weighted)
            {
                if (term.BySegment[group.Key] is not { } postings)
                {
                    continue;
                }

                cursor.Open(postings.Row, postings.Postings);
                for (var i = 0; i < ordered.Length && cursor.Chunk != PostingsCursor.End; i++)
                {
                    var chunk = ordered[i].Place.Chunk;
                    cursor.MoveTo(chunk);
                    if (cursor.Chunk == chunk)
                    {
                        sums[i] += scorer.Score(cursor.Frequency, lengths[chunk]);
                    }
                }
            }

            for (var i = 0; i < ordered.Length; i++)
            {
                scores[ordered[i].Index] = TermScorer.ToScore(sums[i]);
            }
        }

        return scores;
    }

    private async ValueTask<List<(TermInView Term, TermScorer Scorer)>> WeighAsync(NpgsqlConnection connection, IReadOnlyList<QueryTerm> terms, CancellationToken cancellationToken)
    {
        await LookUpAsync(connection, [.. terms.Select(static term => term.Text)], cancellationToken);
        var weighted = new List<(TermInView, TermScorer)>();
        foreach (var group in terms.GroupBy(static term => term.Text, StringComparer.Ordinal))
        {
            var term = _terms[group.Key];
            var weight = group.Sum(static each => (double)each.Weight) * Bm25.InverseDocumentFrequency(view.ChunkCount, term.Frequency);
            if (term.Frequency > 0 && weight > 0)
            {
                weighted.Add((term, new TermScorer(weight, view.AverageLength)));
            }
        }

        return weighted;
    }

    private async ValueTask LookUpAsync(NpgsqlConnection connection, IReadOnlyList<string> terms, CancellationToken cancellationToken)
    {
        var added = terms.Distinct(StringComparer.Ordinal).Where(term => !_terms.ContainsKey(term)).ToArray();
        if (added.Length == 0)
        {
            return;
        }

        var wanted = new List<(long, string)>(added.Length * view.Count);
        foreach (var term in added)
        {
            for (var segment = 0; segment < view.Count; segment++)
            {
                wanted.Add((view[segment].Header.Id, term));
            }
        }

        var found = await TermReader.ReadAsync(connection, cache, wanted, cancellationToken);
        var cursor = new PostingsCursor();
        for (var i = 0; i < added.Length; i++)
        {
            var bySegment = found[(i * view.Count)..((i + 1) * view.Count)];
            _terms.Add(added[i], new TermInView(bySegment, Count(bySegment, cursor)));
        }
    }

    /// <summary>How many chunks that are there contain a term, counted exactly.</summary>
    private int Count(TermPostings?[] bySegment, PostingsCursor cursor)
    {
        var count = 0;
        for (var segment = 0; segment < bySegment.Length; segment++)
        {
            if (bySegment[segment] is not { } postings)
            {
                continue;
            }

            count += postings.Row.ChunkFrequency;
            if (view[segment].Deletions is { } deletions)
            {
                cursor.Open(postings.Row, postings.Postings);
                count -= deletions.CountOf(cursor, view[segment].Header);
            }
        }

        return count;
    }

    private sealed record TermInView(TermPostings?[] BySegment, int Frequency);
}
