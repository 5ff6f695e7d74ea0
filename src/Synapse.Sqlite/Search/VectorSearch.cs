using System.Buffers;
using Synapse.Sqlite.Vectors;
using Synapse.Storage;

namespace Synapse.Sqlite.Search;

/// <summary>
/// Finds the chunks nearest to a vector. In a small view every row is compared; in a large one the signs choose which rows are compared,
/// so many that the true nearest are hardly ever missed (the recall is measured in bench/).
/// </summary>
internal sealed class VectorSearch(SnapshotSegments segments, QueryVector query)
{
    /// <summary>Rows up to which every row is compared: 5 MB at 256 numbers, a fraction of a millisecond.</summary>
    internal const int CompareAllRows = 20_000;

    private const int LeastCompared = 4_000;
    private const int ComparedPerHit = 40;

    /// <summary>Finds the nearest chunks.</summary>
    public ScoredChunk[] FindTop(int limit, CancellationToken cancellationToken)
    {
        if (query.IsZero)
        {
            return [];
        }

        var searched = Enumerable.Range(0, segments.Count).Where(Matches).ToArray();
        var rows = searched.Sum(segment => segments[segment].Segment.ChunkCount);
        var top = new TopChunks(segments, limit);
        var compared = LeastCompared + (long)ComparedPerHit * limit;
        if (rows <= CompareAllRows || compared >= rows / 2 || query.Dimensions > SignDistances.MostDimensions)
        {
            foreach (var segment in searched)
            {
                cancellationToken.ThrowIfCancellationRequested();
                CompareAll(segment, top);
            }
        }
        else
        {
            CompareNearSigns(searched, rows, (int)compared, top, cancellationToken);
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

    private void CompareAll(int segment, TopChunks top)
    {
        var rows = segments[segment].Segment.ChunkCount;
        for (var row = 0; row < rows; row++)
        {
            Compare(segment, row, top);
        }
    }

    private void CompareNearSigns(int[] searched, int rows, int compared, TopChunks top, CancellationToken cancellationToken)
    {
        var distances = ArrayPool<ushort>.Shared.Rent(rows);
        var counts = new int[SignDistances.Farthest(query.Dimensions) + 1];
        var start = 0;
        foreach (var segment in searched)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var vectors = segments[segment].Segment.Content.Vectors!;
            var ofSegment = distances.AsSpan(start, vectors.Scales.Length);
            SignDistances.Compute(vectors, query.SignPlanes, ofSegment);
            foreach (var distance in ofSegment)
            {
                counts[distance]++;
            }

            start += ofSegment.Length;
        }

        var farthest = -1;
        for (var sum = 0; sum < compared && farthest + 1 < counts.Length;)
        {
            sum += counts[++farthest];
        }

        start = 0;
        foreach (var segment in searched)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ofSegment = distances.AsSpan(start, segments[segment].Segment.ChunkCount);
            start += ofSegment.Length;
            for (var row = NextUpTo(ofSegment, 0, farthest); row < ofSegment.Length; row = NextUpTo(ofSegment, row + 1, farthest))
            {
                Compare(segment, row, top);
            }
        }

        ArrayPool<ushort>.Shared.Return(distances);
    }

    private static int NextUpTo(ReadOnlySpan<ushort> distances, int start, int farthest)
    {
        var next = distances[start..].IndexOfAnyInRange((ushort)0, (ushort)farthest);
        return next < 0 ? distances.Length : start + next;
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
