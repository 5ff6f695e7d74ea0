using Npgsql;
using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>Makes one segment of the live documents of several, a few pages at a time: the memory that it takes does not grow with the terms.</summary>
internal sealed class SegmentMerger
{
    private const int PagesAtOnce = 1_000;

    private readonly IReadOnlyList<SegmentView> _views;
    private readonly int[][] _chunkMaps;
    private readonly int[] _lengths;
    private readonly long[] _documentIds;
    private readonly ReadOnlyMemory<byte>[] _paths;
    private readonly int[] _chunkCounts;
    private readonly PostingsCursor _cursor = new();
    private readonly int[] _chunks;
    private readonly ushort[] _frequencies;
    private int _count;

    /// <summary>Takes the segments.</summary>
    /// <param name="views">The segments.</param>
    public SegmentMerger(IReadOnlyList<SegmentView> views)
    {
        _views = views;
        _chunkMaps = [.. views.Select(static view => new int[view.ChunkCount])];
        _lengths = new int[views.Sum(static view => view.LiveChunks)];
        _chunks = new int[_lengths.Length];
        _frequencies = new ushort[_lengths.Length];

        // By id, so that documents are found by bisection.
        var documents = views
            .SelectMany(static (view, number) => Enumerable.Range(0, view.Header.DocumentCount)
                .Where(document => view.Deletions?.ContainsDocument(document) != true)
                .Select(document => (View: number, Document: document, Id: view.Header.DocumentId(document))))
            .OrderBy(static document => document.Id)
            .ToArray();
        _documentIds = Array.ConvertAll(documents, static document => document.Id);
        _paths = Array.ConvertAll(documents, document => views[document.View].Header.Path(document.Document));
        _chunkCounts = Array.ConvertAll(documents, document => views[document.View].Header.ChunksOf(document.Document).Count);
        foreach (var map in _chunkMaps)
        {
            Array.Fill(map, -1);
        }

        var next = 0;
        foreach (var (view, document, _) in documents)
        {
            var (first, count) = views[view].Header.ChunksOf(document);
            for (var chunk = first; chunk < first + count; chunk++, next++)
            {
                _chunkMaps[view][chunk] = next;
                _lengths[next] = views[view].Header.Lengths[chunk];
            }
        }
    }

    /// <summary>Whether no document is left.</summary>
    public bool IsEmpty => _documentIds.Length == 0;

    /// <summary>The header of the merged segment.</summary>
    public SegmentHeader Header(long segmentId) => SegmentHeader.Create(segmentId, _documentIds, _paths, _chunkCounts, _lengths);

    /// <summary>Merges the terms.</summary>
    /// <param name="reading">A connection in a transaction that sees the segments.</param>
    /// <param name="write">Writes some pages.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task MergeTermsAsync(NpgsqlConnection reading, Func<IReadOnlyList<SegmentPage>, Task> write, CancellationToken cancellationToken)
    {
        var readers = _views.Select(view => new SegmentTerms(reading, view.Header.Id)).ToArray();
        var isOpen = new bool[readers.Length];
        for (var i = 0; i < readers.Length; i++)
        {
            isOpen[i] = await readers[i].MoveNextAsync(cancellationToken);
        }

        var writer = new PageWriter(_lengths);
        var pages = new List<SegmentPage>();
        while (FindNext(readers, isOpen) is var first and >= 0)
        {
            var taken = Gather(readers, isOpen, first);
            if (_count > 0)
            {
                writer.Add(readers[first].Hash, readers[first].Text, _chunks.AsSpan(0, _count), _frequencies.AsSpan(0, _count));
            }

            foreach (var i in taken)
            {
                isOpen[i] = await readers[i].MoveNextAsync(cancellationToken);
            }

            await DrainAsync(writer, pages, PagesAtOnce, write);
        }

        writer.Complete();
        await DrainAsync(writer, pages, 1, write);
    }

    private static async ValueTask DrainAsync(PageWriter writer, List<SegmentPage> pages, int least, Func<IReadOnlyList<SegmentPage>, Task> write)
    {
        while (writer.TryTake(out var page))
        {
            pages.Add(page);
        }

        if (pages.Count >= least)
        {
            await write(pages);
            pages.Clear();
        }
    }

    /// <summary>The first of the segments whose next term is the least, by hash and then text; -1 at the end.</summary>
    private static int FindNext(SegmentTerms[] readers, bool[] isOpen)
    {
        var least = -1;
        for (var i = 0; i < readers.Length; i++)
        {
            if (isOpen[i] && (least < 0 || readers[i].Hash < readers[least].Hash
                || (readers[i].Hash == readers[least].Hash && readers[i].Text.SequenceCompareTo(readers[least].Text) < 0)))
            {
                least = i;
            }
        }

        return least;
    }

    /// <summary>Gathers the postings of a term from all segments that have it.</summary>
    /// <returns>Those segments.</returns>
    private List<int> Gather(SegmentTerms[] readers, bool[] isOpen, int first)
    {
        var taken = new List<int>(readers.Length);
        var isAscending = true;
        _count = 0;
        for (var i = first; i < readers.Length; i++)
        {
            if (!isOpen[i] || readers[i].Hash != readers[first].Hash || !readers[i].Text.SequenceEqual(readers[first].Text))
            {
                continue;
            }

            taken.Add(i);
            var map = _chunkMaps[i];
            for (readers[i].OpenPostings(_cursor); _cursor.Chunk != PostingsCursor.End; _cursor.MoveNext())
            {
                var chunk = map[_cursor.Chunk];
                if (chunk >= 0)
                {
                    isAscending &= _count == 0 || chunk > _chunks[_count - 1];
                    _chunks[_count] = chunk;
                    _frequencies[_count++] = (ushort)_cursor.Frequency;
                }
            }
        }

        if (!isAscending)
        {
            _chunks.AsSpan(0, _count).Sort(_frequencies.AsSpan(0, _count));
        }

        return taken;
    }
}
