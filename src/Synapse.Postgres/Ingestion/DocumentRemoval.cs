using Npgsql;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Switching;

namespace Synapse.Postgres.Ingestion;

/// <summary>Removes documents with all that hangs on them, inside a transaction that has locked their collection.</summary>
/// <param name="indexes">The indexes that hold them.</param>
internal sealed class DocumentRemoval(IReadOnlyList<ICommitIndex> indexes)
{
    private static readonly string s_find =
        $"SELECT d.id, {DocumentSpaces.Searched("d", "c.space_id")}, {DocumentSpaces.Shadow("d", "c.space_id")}, d.chunk_count, d.size_bytes, CASE WHEN d.is_refused THEN d.second_space_id ELSE 0 END"
        + " FROM documents AS d JOIN collections AS c ON c.id = d.collection_id WHERE";

    /// <summary>Removes documents of a collection by their ids; those that are not there are passed over.</summary>
    /// <returns>Whether any was there.</returns>
    public Task<bool> RemoveAsync(NpgsqlConnection connection, long collectionId, long[] documentIds, CancellationToken cancellationToken)
        => documentIds.Length == 0
            ? Task.FromResult(false)
            : RemoveAsync(connection, collectionId, "d.collection_id = $1 AND d.id = ANY($2)", [collectionId, documentIds], cancellationToken);

    /// <summary>Removes all documents of a source.</summary>
    /// <returns>Whether there were any.</returns>
    public Task<bool> RemoveOfSourceAsync(NpgsqlConnection connection, long collectionId, long sourceId, CancellationToken cancellationToken)
        => RemoveAsync(connection, collectionId, "d.collection_id = $1 AND d.source_id = $2", [collectionId, sourceId], cancellationToken);

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
            "DELETE FROM model_switches WHERE collection_id = $1",
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
        var found = await connection.ListAsync(
            $"{s_find} {condition}",
            values,
            row => (Removed: new RemovedDocument(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt32(3), row.GetInt64(4)), RefusedIn: row.GetInt64(5)),
            cancellationToken);
        if (found.Count == 0)
        {
            return false;
        }

        var documents = found.ConvertAll(each => each.Removed);

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

        var shadows = found.FindAll(each => each.Removed.ShadowSpaceId != 0);
        if (shadows.Count > 0)
        {
            SwitchRows.ChangeCounts(batch, collectionId, -shadows.Count, -shadows.Sum(each => (long)each.Removed.ChunkCount));
        }

        foreach (var refused in found.Where(each => each.RefusedIn != 0).GroupBy(each => each.RefusedIn))
        {
            SwitchRows.ChangeRefused(batch, collectionId, refused.Key, -refused.Count());
        }

        var removed = documents.Aggregate(default(DocumentCounts), (sum, document) => sum + new DocumentCounts(1, document.ChunkCount, document.SizeBytes));
        CollectionRows.ChangeCounts(batch, collectionId, default(DocumentCounts) - removed);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }
}
