using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Ingestion;
using Synapse.Postgres.Switching;
using Synapse.Storage;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : IIngestionStore
{
    /// <inheritdoc/>
    public async ValueTask<EmbeddingSpace?> FindEmbeddingSpaceAsync(long collectionId, CancellationToken cancellationToken)
        => (await FindSpaceAsync(collectionId, cancellationToken))?.Space;

    /// <inheritdoc/>
    public async ValueTask UseEmbeddingSpaceAsync(long collectionId, EmbeddingSpace space, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentOutOfRangeException.ThrowIfLessThan(space.Dimensions, 1);
        if ((await FindSpaceAsync(collectionId, cancellationToken))?.Fingerprint == space.Fingerprint)
        {
            return;
        }

        await _connections.WriteAsync(
            async (connection, token) =>
            {
                // A commit that is under way in the old space comes first, or finds the new one and is refused.
                if (!await LibraryChanges.LockCollectionAsync(connection, collectionId, toRemove: false, token))
                {
                    throw new CollectionNotFoundException($"#{collectionId}");
                }

                var row = await EmbeddingSpaceRow.GetAsync(connection, space, token);
                await SwitchBeginning.RequireNoneAsync(connection, collectionId, row, token);
                await _vectors.AddSpaceAsync(connection, row, token);
                return await connection.ExecuteAsync("UPDATE collections SET space_id = $2 WHERE id = $1", [collectionId, row.Id], token);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<DocumentState>> ListDocumentStatesAsync(long sourceId, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => LibraryQueries.ListStatesAsync(connection, sourceId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<EmbeddedText>> ReadEmbeddingsAsync(long collectionId, long documentId, CancellationToken cancellationToken)
        => await _connections.ReadAsync(
            (connection, token) => EmbeddedTexts.ReadAsync(connection, _vectors, _connections.Name, collectionId, documentId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask CommitAsync(IngestionBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var space = batch.Versions.Count == 0 ? null : await RequireSpaceAsync(batch, cancellationToken);
        // The work on the indexes itself needs no transaction: several commits can do it at once.
        var commit = IngestionCommit.Prepare(batch, space, _indexes);
        await _connections.WriteAsync(
            async (connection, token) =>
            {
                await commit.WriteAsync(connection, token);
                return true;
            },
            cancellationToken);
        _maintenance.Signal();
    }

    private Task<EmbeddingSpaceRow?> FindSpaceAsync(long collectionId, CancellationToken cancellationToken)
        => _connections.QueryAsync((connection, token) => EmbeddingSpaceRow.FindOfAsync(connection, collectionId, token), cancellationToken);

    private async Task<EmbeddingSpaceRow> RequireSpaceAsync(IngestionBatch batch, CancellationToken cancellationToken)
    {
        if (await FindSpaceAsync(batch.CollectionId, cancellationToken) is not { } space)
        {
            throw await HasCollectionAsync(batch.CollectionId, cancellationToken)
                ? new InvalidOperationException("UseEmbeddingSpaceAsync is to be called before the first commit.")
                : new CollectionNotFoundException($"#{batch.CollectionId}");
        }

        return batch.SpaceFingerprint is null || batch.SpaceFingerprint == space.Fingerprint
            ? space
            : throw new EmbeddingSpaceChangedException();
    }

    private Task<bool> HasCollectionAsync(long collectionId, CancellationToken cancellationToken)
        => _connections.QueryAsync(
            (connection, token) => connection.FindAsync("SELECT 1 FROM collections WHERE id = $1", [collectionId], _ => true, token), cancellationToken);
}
