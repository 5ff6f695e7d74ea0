using System.Buffers;
using Synapse.Indexing;
using Synapse.Sqlite.Vectors;
using Synapse.Storage;

namespace Synapse.Sqlite.Search;

/// <summary>
/// Finds the chunks of one embedding space nearest to a vector. In a small view every row is compared; in a large one the signs choose the sixteenth of the rows that is, so
/// that the true nearest are hardly ever missed (the recall is measured in bench/).
/// </summary>
internal sealed class VectorSearch(SnapshotSegments segments, string spaceFingerprint, QueryVector query)
{
    /// <summary>Rows of up to 256 numbers up to which every row is compared: 8 MB, half a millisecond. Of rows with more numbers, fewer.</summary>
    internal const int CompareAllRows = 32_000;

    private const int CompareAllDimensions = 256;

    private const int LeastCompared = 4_000;
    private const int ComparedPerHit = 40;
    private const int ComparedShare = 16;

    private const int RowsAhead = 8;

    // Guesses are counted in bins of this many, so that the counts stay in the fastest cache.
    private const int BinShift = 4;

    /// <summary>Whether signs may choose what is compared.</summary>
    /// <param name="rows">Rows of the view.</param>
    /// <param name="dimensions">Numbers per row.</param>
    public static bool UsesSigns(long rows, int dimensions)
        => rows > (long)CompareAllRows * CompareAllDimensions / Math.Max(CompareAllDimensions, dimensions) && SignCodes.IsSupported && dimensions <= SignCodes.MostDimensions;

    /// <summary>Finds the nearest chunks.</summary>
    public ScoredChunk[] FindTop(int limit, CancellationToken cancellationToken)
    {
        if (query.IsZero)
        {
            return [];
        }

        var searched = Enumerable.Range(0, segments.Count).Where(Matches).ToArray();
        var rows = searched.Sum(segment => segments[segment].Segment.ChunkCount);
        var top = new TopChunks(segments, limit, segments.ChunkCount);
        var compared = Math.Max(LeastCompared + (long)ComparedPerHit * limit, rows / ComparedShare);
        if (compared >= rows / 2 || !UsesSigns(rows, query.Dimensions))
        {
            foreach (var segment in searched)
            {
                cancellationToken.ThrowIfCancellationRequested();
                CompareAll(segment, top);
            }
        }
        else
        {
            CompareLikely(searched, (int)compared, top, cancellationToken);
        }

        return top.ToSorted();
    }

    /// <summary>Fills in the cosine similarities of those of the given chunks that are of the space.</summary>
    public void Score(IReadOnlyList<ChunkKey> chunks, float[] scores)
    {
        if (query.IsZero)
        {
            return;
        }

        for (var i = 0; i < scores.Length; i++)
        {
            var (segment, row) = segments.Place(chunks[i]);
            if (Matches(segment))
            {
                scores[i] = query.Cosine(segments[segment].Segment.Content.Vectors!, row);
            }
        }
    }

    private bool Matches(int segment)
        => segments[segment].Segment is { Space: { } space } && space.Dimensions == query.Dimensions && space.Fingerprint == spaceFingerprint;

    private void CompareAll(int segment, TopChunks top)
    {
        var rows = segments[segment].Segment.ChunkCount;
        for (var row = 0; row < rows; row++)
        {
            Compare(segment, row, top);
        }
    }

    private void CompareLikely(int[] searched, int compared, TopChunks top, CancellationToken cancellationToken)
    {
        var guesses = ArrayPool<ushort>.Shared.Rent(searched.Sum(PaddedRows));
        try
        {
            var counts = new int[(ushort.MaxValue >> BinShift) + 1];
            var start = 0;
            foreach (var segment in searched)
            {
                cancellationToken.ThrowIfCancellationRequested();
                segments[segment].Segment.Content.Vectors!.Signs.Guess(query.SignTables, guesses.AsSpan(start));
                foreach (var guess in guesses.AsSpan(start, segments[segment].Segment.ChunkCount))
                {
                    counts[guess >> BinShift]++;
                }

                start += PaddedRows(segment);
            }

            var least = LeastGuess(counts, compared);
            start = 0;
            foreach (var segment in searched)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var ofSegment = guesses.AsSpan(start, segments[segment].Segment.ChunkCount);
                start += PaddedRows(segment);
                CompareFrom(segment, ofSegment, least, top);
            }
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(guesses);
        }
    }

    // The rows lie apart, so that the processor cannot guess which comes next: it is told some rows ahead.
    private void CompareFrom(int segment, ReadOnlySpan<ushort> guesses, ushort least, TopChunks top)
    {
        var vectors = segments[segment].Segment.Content.Vectors!;
        Span<int> ahead = stackalloc int[RowsAhead];
        var seen = 0;
        for (var row = NextFrom(guesses, 0, least); row < guesses.Length; row = NextFrom(guesses, row + 1, least), seen++)
        {
            vectors.Prefetch(row);
            if (seen >= RowsAhead)
            {
                Compare(segment, ahead[seen % RowsAhead], top);
            }

            ahead[seen % RowsAhead] = row;
        }

        for (var i = Math.Max(0, seen - RowsAhead); i < seen; i++)
        {
            Compare(segment, ahead[i % RowsAhead], top);
        }
    }

    private int PaddedRows(int segment) => SignCodes.BlocksOf(segments[segment].Segment.ChunkCount) * SignCodes.BlockRows;

    /// <summary>The guess that at least so many rows reach.</summary>
    private static ushort LeastGuess(int[] counts, int compared)
    {
        var bin = counts.Length;
        for (var sum = 0; sum < compared && bin > 0;)
        {
            sum += counts[--bin];
        }

        return (ushort)(bin << BinShift);
    }

    private static int NextFrom(ReadOnlySpan<ushort> guesses, int start, ushort least)
    {
        var next = guesses[start..].IndexOfAnyInRange(least, ushort.MaxValue);
        return next < 0 ? guesses.Length : start + next;
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
            top.Offer(new ChunkPlace(segment, row).ToKey(), score);
        }
    }
}
