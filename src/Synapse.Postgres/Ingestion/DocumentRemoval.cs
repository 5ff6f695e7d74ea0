using Npgsql;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Ingestion;

/// <summary>Removes documents with all that hangs on them, inside a transaction that has locked their collection.</summary>
/// <param name="indexes">The indexes that hold them.</param>
internal sealed class DocumentRemoval(IReadOnlyList<ICommitIndex> indexes)
{
    /// <summary>Removes documents of a collection by their ids; those that are not there are passed over.</summary>
    /// <returns>Whether any was there.</returns>
    public Task<bool> RemoveAsync(NpgsqlConnection connection, long collectionId, long[] documentIds, CancellationToken cancellationToken)
        => documentIds.Length == 0
            ? Task.FromResult(false)
            : RemoveAsync(connection, collectionId, "collection_id = $1 AND id = ANY($2)", [collectionId, documentIds], cancellationToken);

    /// <summary>Removes all documents of a source.</summary>
    /// <returns>Whether there were any.</returns>
    public Task<bool> RemoveOfSourceAsync(NpgsqlConnection connection, long collectionId, long sourceId, CancellationToken cancellationToken)
        => RemoveAsync(connection, collectionId, "collection_id = $1 AND source_id = $2", [collectionId, sourceId], cancellationToken);

    /// <summary>Removes a collection with all that belongs to it.</summary>
    public async Task RemoveCollectionAsync(NpgsqlConnection connection, long collectionId, CancellationToken cancellationToken)
    {
        foreach (var index in indexes)
        {
            await index.RemoveCollectionAsync(connection, collectionId, cancellationToken);
        }

        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in (string[])
        [
            "DELETE FROM document_text WHERE document_id IN (SELECT id FROM documents WHERE collection_id = $1)",
            "DELETE FROM chunks WHERE document_id IN (SELECT id FROM documents WHERE collection_id = $1)",
            "DELETE FROM documents WHERE collection_id = $1",
            "DELETE FROM collection_spaces WHERE collection_id = $1",
            "DELETE FROM jobs WHERE collection_id = $1",
            "DELETE FROM skipped_files WHERE source_id IN (SELECT id FROM sources WHERE collection_id = $1)",
            "DELETE FROM sources WHERE collection_id = $1",
            "DELETE FROM collections WHERE id = $1",
        ])
        {
            batch.Add(sql, collectionId);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> RemoveAsync(NpgsqlConnection connection, long collectionId, string condition, object?[] values, CancellationToken cancellationToken)
    {
        var documents = await connection.ListAsync(
            $"SELECT id, space_id, chunk_count, size_bytes FROM documents WHERE {condition}",
            values,
            row => new RemovedDocument(row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), row.GetInt64(3)),
            cancellationToken);
        if (documents.Count == 0)
        {
            return false;
        }

        foreach (var index in indexes)
        {
            await index.RemoveAsync(connection, collectionId, documents, cancellationToken);
        }

        var ids = documents.Select(document => document.DocumentId).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("DELETE FROM document_text WHERE document_id = ANY($1)", ids);
        batch.Add("DELETE FROM chunks WHERE document_id = ANY($1)", ids);
        batch.Add("DELETE FROM documents WHERE id = ANY($1)", ids);
        foreach (var space in documents.GroupBy(document => document.SpaceId))
        {
            CollectionRows.ChangeSpace(batch, collectionId, space.Key, -space.Sum(document => (long)document.ChunkCount));
        }

        var removed = documents.Aggregate(default(DocumentCounts), (sum, document) => sum + new DocumentCounts(1, document.ChunkCount, document.SizeBytes));
        CollectionRows.ChangeCounts(batch, collectionId, default(DocumentCounts) - removed);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }
}
