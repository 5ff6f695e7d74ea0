using Synapse.Indexing;
using Synapse.Sqlite.Segments;
using Synapse.Storage;

namespace Synapse.Sqlite.Search;

/// <summary>The segments of a view, and the keys of their chunks.</summary>
internal sealed class SnapshotSegments : IChunkOrder
{
    private readonly (long CollectionId, SegmentView View)[] _segments;

    public SnapshotSegments(IEnumerable<CollectionIndex> collections)
    {
        _segments = [.. from collection in collections from view in collection.Segments where view.LiveChunks > 0 select (collection.CollectionId, view)];
        foreach (var (_, view) in _segments)
        {
            ChunkCount += view.LiveChunks;
            TotalLength += view.LiveLength;
        }

        Spaces = SpacesOf(_segments);
    }

    public int Count => _segments.Length;

    /// <summary>The spaces of the chunks.</summary>
    public IReadOnlyList<SearchedSpace> Spaces { get; }

    public long ChunkCount { get; }

    public long TotalLength { get; }

    public double AverageLength => ChunkCount == 0 ? 0 : (double)TotalLength / ChunkCount;

    public SegmentView this[int index] => _segments[index].View;

    /// <summary>The place of a chunk.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The key is of another view.</exception>
    public ChunkPlace Place(ChunkKey key)
    {
        var place = ChunkPlace.Of(key);
        var (segment, chunk) = place;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)segment, (uint)_segments.Length, nameof(key));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)chunk, (uint)_segments[segment].View.Segment.ChunkCount, nameof(key));
        return place;
    }

    /// <inheritdoc/>
    public int Compare(ChunkKey left, ChunkKey right)
    {
        var (leftSegment, leftChunk) = Place(left);
        var (rightSegment, rightChunk) = Place(right);
        var a = _segments[leftSegment].View.Segment.Content;
        var b = _segments[rightSegment].View.Segment.Content;
        ref readonly var aDocument = ref a.Documents[a.Chunks[leftChunk].Document];
        ref readonly var bDocument = ref b.Documents[b.Chunks[rightChunk].Document];
        var order = aDocument.DocumentId == bDocument.DocumentId
            ? 0
            : a.Strings.Utf8(aDocument.Path).SequenceCompareTo(b.Strings.Utf8(bDocument.Path));
        if (order == 0)
        {
            order = (leftChunk - aDocument.FirstChunk).CompareTo(rightChunk - bDocument.FirstChunk);
        }

        return order != 0 ? order : aDocument.DocumentId.CompareTo(bDocument.DocumentId);
    }

    public StoredChunk Describe(ChunkKey key)
    {
        var (segment, place) = Place(key);
        var (collectionId, view) = _segments[segment];
        var content = view.Segment.Content;
        var strings = content.Strings;
        ref readonly var chunk = ref content.Chunks[place];
        ref readonly var document = ref content.Documents[chunk.Document];
        return new StoredChunk(
            key,
            collectionId,
            document.SourceId,
            document.DocumentId,
            strings.Text(document.Path),
            strings.Text(document.Language),
            document.ChunkCount,
            content.ReadChunk(place))
        {
            SpaceFingerprint = view.Segment.Space?.Fingerprint,
        };
    }

    /// <summary>Where a chunk's text lies: its document and span of bytes.</summary>
    public (long DocumentId, int StartByte, int EndByte) TextSpan(ChunkKey key)
    {
        var (segment, place) = Place(key);
        var content = _segments[segment].View.Segment.Content;
        ref readonly var chunk = ref content.Chunks[place];
        return (content.Documents[chunk.Document].DocumentId, chunk.StartByte, chunk.EndByte);
    }

    private static List<SearchedSpace> SpacesOf((long CollectionId, SegmentView View)[] segments)
    {
        // Segments of one collection lie together, and nearly always have one space.
        var found = new List<(EmbeddingSpaceRow Row, List<long> Collections)>(1);
        foreach (var (collectionId, view) in segments)
        {
            if (view.Segment.Space is not { } row)
            {
                continue;
            }

            var known = found.FindIndex(each => each.Row.Fingerprint == row.Fingerprint);
            if (known < 0)
            {
                found.Add((row, [collectionId]));
            }
            else if (found[known].Collections[^1] != collectionId)
            {
                found[known].Collections.Add(collectionId);
            }
        }

        return found.ConvertAll(each => new SearchedSpace(each.Row.Space, each.Collections));
    }
}
