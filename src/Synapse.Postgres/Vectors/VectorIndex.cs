using Npgsql;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Ingestion;
using Synapse.Storage;

namespace Synapse.Postgres.Vectors;

/// <summary>The embeddings, a table for each space.</summary>
internal sealed class VectorIndex : IVectorIndex
{
    private const string Spaces = """
        SELECT space_id FROM collection_spaces WHERE collection_id = $1
        UNION SELECT from_space_id FROM model_switches WHERE collection_id = $1
        UNION SELECT to_space_id FROM model_switches WHERE collection_id = $1
        """;

    /// <inheritdoc/>
    public IPreparedCommit Prepare(IReadOnlyList<DocumentVersion> versions, EmbeddingSpaceRow space) => new NewVectors(versions, TableOf(space));

    /// <inheritdoc/>
    public Task AddSpaceAsync(NpgsqlConnection connection, EmbeddingSpaceRow space, CancellationToken cancellationToken) => TableOf(space).EnsureAsync(connection, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReadOnlyMemory<float>>> ReadAsync(
        NpgsqlConnection connection, EmbeddingSpaceRow space, long documentId, int chunkCount, CancellationToken cancellationToken)
        => [.. await TableOf(space).ReadAsync(connection, documentId, chunkCount, cancellationToken)];

    /// <inheritdoc/>
    public async Task RemoveAsync(NpgsqlConnection connection, long collectionId, IReadOnlyList<RemovedDocument> documents, CancellationToken cancellationToken)
    {
        var places = documents.SelectMany(static document => (long[])[document.SpaceId, document.ShadowSpaceId], static (document, space) => (Space: space, Document: document));
        await using var batch = new NpgsqlBatch(connection);
        foreach (var space in places.Where(static place => place.Space != 0).GroupBy(static place => place.Space, static place => place.Document))
        {
            batch.Add($"DELETE FROM {VectorTable.NameOf(space.Key)} WHERE document_id = ANY($1)", space.Select(static document => document.DocumentId).ToArray());
            VectorIndexRows.TakeOut(batch, space.Key, collectionId, [.. space]);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task RemoveCollectionAsync(NpgsqlConnection connection, long collectionId, CancellationToken cancellationToken)
    {
        foreach (var space in await connection.ListAsync(Spaces, [collectionId], static row => row.GetInt64(0), cancellationToken))
        {
            await connection.ExecuteAsync($"DELETE FROM {VectorTable.NameOf(space)} WHERE collection_id = $1", [collectionId], cancellationToken);

            // Its own indexes are empty, and would stay.
            await VectorIndexRows.ForgetAsync(connection, space, collectionId, cancellationToken);
            foreach (var (name, _) in await VectorIndexRows.ListNamesAsync(connection, space, collectionId, cancellationToken))
            {
                await connection.ExecuteAsync($"DROP INDEX IF EXISTS {name}", [], cancellationToken);
            }
        }
    }

    private static VectorTable TableOf(EmbeddingSpaceRow space) => new(space.Id, space.Dimensions);

    private sealed class NewVectors(IReadOnlyList<DocumentVersion> versions, VectorTable table) : IPreparedCommit
    {
        public Task WriteAsync(NpgsqlConnection connection, long collectionId, IReadOnlyList<long> documentIds, CancellationToken cancellationToken)
            => table.WriteAsync(connection, collectionId, documentIds.Zip(versions, static (id, version) => (id, version.Embeddings)), cancellationToken);
    }
}
