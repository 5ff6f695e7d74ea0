using Synapse.Indexing;
using Synapse.Storage;

namespace Synapse.Postgres.Keywords;

/// <summary>The segments of all collections of a view, and the places of their chunks.</summary>
internal sealed class IndexView : IChunkOrder
{
    private readonly (long CollectionId, SegmentView View)[] _segments;

    public IndexView(IEnumerable<CollectionIndex> collections)
    {
        _segments = [.. from collection in collections from view in collection.Segments where view.LiveChunks > 0 select (collection.CollectionId, view)];
        foreach (var (_, view) in _segments)
        {
            ChunkCount += view.LiveChunks;
            TotalLength += view.LiveLength;
        }
    }

    /// <summary>Segments with chunks that are there.</summary>
    public int Count => _segments.Length;

    /// <summary>Chunks that are there.</summary>
    public long ChunkCount { get; }

    /// <summary>Sum of their BM25 lengths.</summary>
    public long TotalLength { get; }

    public double AverageLength => ChunkCount == 0 ? 0 : (double)TotalLength / ChunkCount;

    public SegmentView this[int segment] => _segments[segment].View;

    /// <summary>The document of a chunk, and its number there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The key is of another view.</exception>
    public (long DocumentId, int Ordinal) Locate(ChunkKey key)
    {
        var (header, document, ordinal) = Find(key);
        return (header.DocumentId(document), ordinal);
    }

    /// <summary>The key of a chunk.</summary>
    /// <param name="collectionId">Its collection.</param>
    /// <param name="documentId">Its document.</param>
    /// <param name="ordinal">Its number in the document.</param>
    /// <returns>Null for a document that no segment of the view has.</returns>
    public ChunkKey? FindKey(long collectionId, long documentId, int ordinal)
    {
        for (var segment = 0; segment < _segments.Length; segment++)
        {
            if (_segments[segment].CollectionId != collectionId)
            {
                continue;
            }

            var (header, deletions) = _segments[segment].View;
            var document = header.Find(documentId);
            if (document >= 0 && deletions?.ContainsDocument(document) != true)
            {
                var (first, count) = header.ChunksOf(document);
                return ordinal < count ? new ChunkPlace(segment, first + ordinal).ToKey() : null;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public int Compare(ChunkKey left, ChunkKey right)
    {
        var (a, aDocument, aOrdinal) = Find(left);
        var (b, bDocument, bOrdinal) = Find(right);
        var (aId, bId) = (a.DocumentId(aDocument), b.DocumentId(bDocument));
        var order = aId == bId ? 0 : a.Path(aDocument).Span.SequenceCompareTo(b.Path(bDocument).Span);
        if (order == 0)
        {
            order = aOrdinal.CompareTo(bOrdinal);
        }

        return order != 0 ? order : aId.CompareTo(bId);
    }

    private (SegmentHeader Header, int Document, int Ordinal) Find(ChunkKey key)
    {
        var (segment, chunk) = ChunkPlace.Of(key);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)segment, (uint)_segments.Length, nameof(key));
        var header = _segments[segment].View.Header;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)chunk, (uint)header.Lengths.Length, nameof(key));
        var document = header.DocumentOf(chunk);
        return (header, document, chunk - header.ChunksOf(document).First);
    }
}
