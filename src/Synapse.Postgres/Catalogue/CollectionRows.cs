using Npgsql;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Catalogue;

/// <summary>What a collection counts, as statements of a batch.</summary>
internal static class CollectionRows
{
    /// <summary>Changes the counts that a list of collections shows, and the version of what is searchable.</summary>
    public static void ChangeCounts(NpgsqlBatch batch, long collectionId, DocumentCounts change)
        => batch.Add(
            "UPDATE collections SET document_count = document_count + $2, chunk_count = chunk_count + $3, size_bytes = size_bytes + $4, version = version + 1 WHERE id = $1",
            collectionId,
            change.Documents,
            change.Chunks,
            change.SizeBytes);

    /// <summary>Changes how many chunks of a collection are embedded in a space.</summary>
    public static void ChangeSpace(NpgsqlBatch batch, long collectionId, long spaceId, long chunks)
    {
        batch.Add(
            "INSERT INTO collection_spaces(collection_id, space_id, chunk_count) VALUES($1, $2, $3)"
            + " ON CONFLICT(collection_id, space_id) DO UPDATE SET chunk_count = collection_spaces.chunk_count + $3",
            collectionId,
            spaceId,
            chunks);
        batch.Add("DELETE FROM collection_spaces WHERE collection_id = $1 AND space_id = $2 AND chunk_count <= 0", collectionId, spaceId);
    }
}
