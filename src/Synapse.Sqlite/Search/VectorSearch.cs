using Synapse.Sqlite.Vectors;
using Synapse.Storage;

namespace Synapse.Sqlite.Search;

/// <summary>
/// Finds the chunks nearest to a vector, exactly: every row is compared. A row of 256 numbers costs about what it costs to read its 256 bytes from
/// memory; choosing rows by their signs first was tried, and it cost as much and missed some. Large views are shared between processors.
/// </summary>
internal sealed class VectorSearch(SnapshotSegments segments, QueryVector query)
{
    /// <summary>Rows that are worth a thread: 8 MB at 256 numbers; below, waking it takes about as long as the rows do.</summary>
    internal const int RowsPerShare = 32_000;

    private const int MostShares = 8;

    /// <summary>Finds the nearest chunks.</summary>
    public ScoredChunk[] FindTop(int limit, CancellationToken cancellationToken)
    {
        if (query.IsZero)
        {
            return [];
        }

        var searched = Enumerable.Range(0, segments.Count).Where(Matches).ToArray();
        var rows = searched.Sum(segment => segments[segment].Segment.ChunkCount);
        var shares = Math.Clamp(rows / RowsPerShare, 1, Math.Min(MostShares, Environment.ProcessorCount));
        var top = new TopChunks(segments, limit);
        if (shares == 1)
        {
            CompareShare(searched, 0, rows, top, cancellationToken);
            return top.ToSorted();
        }

        var tops = new TopChunks[shares];
        Parallel.For(0, shares, new ParallelOptions { CancellationToken = cancellationToken }, share =>
        {
            tops[share] = new TopChunks(segments, limit);
            CompareShare(searched, (int)((long)rows * share / shares), (int)((long)rows * (share + 1) / shares), tops[share], cancellationToken);
        });
        foreach (var chunk in tops.SelectMany(share => share.ToSorted()))
        {
            top.Offer(chunk.Key, chunk.Score);
        }

        return top.ToSorted();
    }

    /// <summary>The cosine similarities of given chunks.</summary>
    public float[] Score(IReadOnlyList<ChunkKey> chunks)
    {
        var scores = new float[chunks.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            var (segment, row) = segments.Place(chunks[i]);
            if (!query.IsZero && Matches(segment))
            {
                scores[i] = query.Cosine(segments[segment].Segment.Content.Vectors!, row);
            }
        }

        return scores;
    }

    private bool Matches(int segment) => segments[segment].Segment.Content.Vectors?.Dimensions == query.Dimensions;

    /// <summary>Compares the rows from one place to another, counted over all segments.</summary>
    private void CompareShare(int[] searched, int from, int to, TopChunks top, CancellationToken cancellationToken)
    {
        var start = 0;
        foreach (var segment in searched)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = segments[segment].Segment.ChunkCount;
            for (var row = Math.Max(0, from - start); row < Math.Min(count, to - start); row++)
            {
                Compare(segment, row, top);
            }

            start += count;
        }
    }

    private void Compare(int segment, int row, TopChunks top)
    {
        var view = segments[segment];
        var vectors = view.Segment.Content.Vectors!;
        if (vectors.Scales[row] == 0)
        {
            return;
        }

        var score = query.Cosine(vectors, row);
        if (score >= top.Threshold && view.Deletions?.Contains(row) != true)
        {
            top.Offer(SnapshotSegments.Key(segment, row), score);
        }
    }
}
