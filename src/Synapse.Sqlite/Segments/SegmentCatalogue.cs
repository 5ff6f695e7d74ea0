using Synapse.Errors;
using Synapse.Indexing;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;

namespace Synapse.Sqlite.Segments;

/// <summary>The rows that say which segments there are.</summary>
internal static class SegmentCatalogue
{
    /// <summary>Being written by a merge, and not searched.</summary>
    public const int Unfinished = 0;

    /// <summary>Searched.</summary>
    public const int Live = 1;

    /// <summary>Merged into another, and about to be removed.</summary>
    public const int Replaced = 2;

    /// <summary>Adds the row of a segment.</summary>
    /// <returns>Its id.</returns>
    public static long Add(StoreConnection connection, long collectionId, int state, long spaceId, int chunkCount)
    {
        connection.Prepare("INSERT INTO segments(collection_id, state, space_id, chunk_count) VALUES(?, ?, ?, ?)")
            .Bind(1, collectionId)
            .Bind(2, (long)state)
            .Bind(3, spaceId)
            .Bind(4, (long)chunkCount)
            .Run();
        return connection.LastInsertId;
    }

    /// <summary>Notes that documents of a segment are gone.</summary>
    public static void AddTombstones(StoreConnection connection, long segmentId, IEnumerable<int> documents)
    {
        var insert = connection.Prepare("INSERT OR IGNORE INTO tombstones(segment_id, document) VALUES(?, ?)");
        foreach (var document in documents)
        {
            insert.Bind(1, segmentId).Bind(2, (long)document).Run();
        }
    }

    /// <summary>Changes the state of a segment.</summary>
    public static void SetState(StoreConnection connection, long segmentId, int state)
        => connection.Prepare("UPDATE segments SET state = ? WHERE id = ?").Bind(1, (long)state).Bind(2, segmentId).Run();

    /// <summary>Lets other embeddings take the place of those that a segment has.</summary>
    public static void SetVectors(StoreConnection connection, Segment segment)
        => connection.Prepare("UPDATE segments SET space_id = ?, vector_stream = ? WHERE id = ?")
            .Bind(1, segment.Space?.Id ?? 0)
            .Bind(2, (long)segment.VectorStream)
            .Bind(3, segment.Id)
            .Run();

    /// <summary>Whether a segment is there, in any state.</summary>
    public static bool Exists(StoreConnection connection, long segmentId)
        => LibraryQueries.Collect(connection.Prepare("SELECT 1 FROM segments WHERE id = ?").Bind(1, segmentId), _ => true).Count > 0;

    /// <summary>The parts of embeddings that no segment names, by segment.</summary>
    public static List<(long SegmentId, long PartId)> UnnamedParts(StoreConnection connection)
        => LibraryQueries.Collect(
            connection.Prepare("SELECT s.id, p.id FROM segment_parts AS p JOIN segments AS s ON s.id = p.id >> 20 WHERE ((p.id >> 16) & 15) NOT IN (0, s.vector_stream)"),
            row => (row.Int64(0), row.Int64(1)));

    /// <summary>Removes one part.</summary>
    public static void RemovePart(StoreConnection connection, (long SegmentId, long PartId) part)
        => connection.Prepare("DELETE FROM segment_parts WHERE id = ?").Bind(1, part.PartId).Run();

    /// <summary>Removes one part of a segment, so that a large one can go bit by bit.</summary>
    /// <returns>Whether there was one left.</returns>
    public static bool RemovePart(StoreConnection connection, long segmentId)
    {
        connection.Prepare("DELETE FROM segment_parts WHERE id = (SELECT max(id) FROM segment_parts WHERE id >= ? AND id < ?)")
            .Bind(1, SegmentCodec.PartId(segmentId, 0))
            .Bind(2, SegmentCodec.PartId(segmentId + 1, 0))
            .Run();
        return connection.Changes > 0;
    }

    /// <summary>Removes a segment.</summary>
    public static void Remove(StoreConnection connection, long segmentId)
    {
        connection.Prepare("DELETE FROM tombstones WHERE segment_id = ?").Bind(1, segmentId).Run();
        connection.Prepare("DELETE FROM segment_parts WHERE id >= ? AND id < ?")
            .Bind(1, SegmentCodec.PartId(segmentId, 0))
            .Bind(2, SegmentCodec.PartId(segmentId + 1, 0))
            .Run();
        connection.Prepare("DELETE FROM segments WHERE id = ?").Bind(1, segmentId).Run();
    }

    /// <summary>The ids of a collection's segments in any state.</summary>
    public static List<long> Ids(StoreConnection connection, long collectionId)
        => LibraryQueries.Collect(
            connection.Prepare("SELECT id FROM segments WHERE collection_id = ? ORDER BY id").Bind(1, collectionId), row => row.Int64(0));

    /// <summary>The ids of all segments that are not searched.</summary>
    public static List<long> IdsNotLive(StoreConnection connection)
        => LibraryQueries.Collect(connection.Prepare("SELECT id FROM segments WHERE state <> ?").Bind(1, (long)Live), row => row.Int64(0));

    /// <summary>Reads all live segments, by collection.</summary>
    /// <param name="connection">The store.</param>
    /// <exception cref="StoreCorruptException">The segments are not as they were written, or do not agree with the catalogue.</exception>
    public static Dictionary<long, CollectionIndex> ReadAll(StoreConnection connection)
    {
        var spaces = EmbeddingSpaceRow.ReadAll(connection);
        var tombstones = LibraryQueries
            .Collect(connection.Prepare("SELECT segment_id, document FROM tombstones ORDER BY segment_id"), row => (Segment: row.Int64(0), Document: row.Int32(1)))
            .ToLookup(row => row.Segment, row => row.Document);
        var views = new Dictionary<long, List<SegmentView>>();
        foreach (var (id, collectionId, segmentSpace, stream) in LibraryQueries.Collect(
            connection.Prepare("SELECT id, collection_id, space_id, vector_stream FROM segments WHERE state = ? ORDER BY id").Bind(1, (long)Live),
            row => (row.Int64(0), row.Int64(1), row.Int64(2), row.Int32(3))))
        {
            var space = spaces.GetValueOrDefault(segmentSpace);
            var segment = new Segment(id, space, SegmentCodec.Read(connection, id, space?.Dimensions, stream), stream);
            var gone = tombstones[id].ToArray();
            if (gone.Any(place => place < 0 || place >= segment.Content.Documents.Length))
            {
                throw new StoreCorruptException(connection.Path, $"segment {id}: a removed document was never in it");
            }

            views.TryAdd(collectionId, []);
            views[collectionId].Add(new SegmentView(segment, Deletions.Add(null, segment.Content, gone)));
        }

        var indexes = new Dictionary<long, CollectionIndex>();
        foreach (var (collectionId, documents, chunks, collectionSpace) in LibraryQueries.Collect(
            connection.Prepare("SELECT id, document_count, chunk_count, ifnull(space_id, 0) FROM collections"),
            row => (row.Int64(0), row.Int64(1), row.Int64(2), row.Int64(3))))
        {
            var index = new CollectionIndex(collectionId, views.GetValueOrDefault(collectionId) ?? [], spaces.GetValueOrDefault(collectionSpace));
            if (index.Segments.Sum(view => (long)view.LiveChunks) != chunks || index.Segments.Sum(view => (long)view.LiveDocuments) != documents)
            {
                throw new StoreCorruptException(connection.Path, $"the index of collection {collectionId} does not agree with its documents");
            }

            indexes.Add(collectionId, index);
        }

        return indexes;
    }
}
