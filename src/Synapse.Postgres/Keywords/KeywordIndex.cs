using Npgsql;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Ingestion;
using Synapse.Storage;

namespace Synapse.Postgres.Keywords;

/// <summary>The keyword index: a segment for each commit, merged into larger ones by and by.</summary>
internal sealed class KeywordIndex : ICommitIndex
{
    private static readonly string[] s_removal =
    [
        "DELETE FROM segment_pages WHERE segment_id IN (SELECT id FROM segments WHERE collection_id = $1)",
        "DELETE FROM segment_headers WHERE segment_id IN (SELECT id FROM segments WHERE collection_id = $1)",
        "DELETE FROM segments WHERE collection_id = $1",
        "DELETE FROM removed_documents WHERE collection_id = $1",
    ];

    /// <inheritdoc/>
    public IPreparedCommit Prepare(IReadOnlyList<DocumentVersion> versions, EmbeddingSpaceRow space) => new NewSegment(versions);

    /// <inheritdoc/>
    public Task RemoveAsync(NpgsqlConnection connection, long collectionId, IReadOnlyList<RemovedDocument> documents, CancellationToken cancellationToken)
        => connection.ExecuteAsync(
            "INSERT INTO removed_documents(collection_id, version, document_id) SELECT id, version + 1, unnest($2::bigint[]) FROM collections WHERE id = $1",
            [collectionId, documents.Select(static document => document.DocumentId).ToArray()],
            cancellationToken);

    /// <inheritdoc/>
    public async Task RemoveCollectionAsync(NpgsqlConnection connection, long collectionId, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in s_removal)
        {
            batch.Add(sql, collectionId);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
