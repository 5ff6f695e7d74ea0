using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Storage;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : ILibraryStore
{
    /// <inheritdoc/>
    public async ValueTask<Collection> CreateCollectionAsync(string name, CancellationToken cancellationToken)
    {
        var valid = CollectionName.Validate(name);
        return await _connections.WriteAsync(
            (connection, token) => LibraryChanges.CreateCollectionAsync(connection, valid, CollectionPrivacy.Unrestricted, _time.GetUtcNow(), token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<Collection> CreateCollectionAsync(
        string name, SourceKind kind, string location, CollectionPrivacy privacy, CancellationToken cancellationToken)
    {
        var valid = CollectionName.Validate(name);
        return await _connections.WriteAsync(
            async (connection, token) =>
            {
                var now = _time.GetUtcNow();
                var made = await LibraryChanges.CreateCollectionAsync(connection, valid, privacy, now, token);
                await LibraryChanges.AddSourceAsync(connection, made.Id, kind, location, now, token);
                return made;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<CollectionSummary>> ListCollectionsAsync(AccessScope scope, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => LibraryQueries.ListCollectionsAsync(connection, scope, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Collection?> FindCollectionAsync(AccessScope scope, string name, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => LibraryQueries.FindCollectionAsync(connection, scope, name, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> SetPrivacyAsync(AccessScope scope, long collectionId, CollectionPrivacy privacy, CancellationToken cancellationToken)
        => scope.Allows(collectionId)
            && await _connections.WriteAsync((connection, token) => LibraryChanges.SetPrivacyAsync(connection, collectionId, privacy, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Collection>> ListLocalOnlyAsync(
        AccessScope scope, IReadOnlyCollection<long>? collectionIds, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => LibraryQueries.ListLocalOnlyAsync(connection, scope, collectionIds, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveCollectionAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken)
        => scope.Allows(collectionId)
            && await _connections.WriteAsync(
                async (connection, token) =>
                {
                    if (!await LibraryChanges.LockCollectionAsync(connection, collectionId, toRemove: true, token))
                    {
                        return false;
                    }

                    await _removal.RemoveCollectionAsync(connection, collectionId, token);
                    return true;
                },
                cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Source> AddSourceAsync(long collectionId, SourceKind kind, string location, CancellationToken cancellationToken)
        => await _connections.WriteAsync(
            (connection, token) => LibraryChanges.AddSourceAsync(connection, collectionId, kind, location, _time.GetUtcNow(), token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Source>> ListSourcesAsync(AccessScope scope, long? collectionId, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => LibraryQueries.ListSourcesAsync(connection, scope, collectionId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Source?> FindSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => LibraryQueries.FindSourceAsync(connection, scope, sourceId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
        => await _connections.WriteAsync(
            async (connection, token) =>
            {
                // A source never moves to another collection.
                if (await LibraryQueries.FindSourceAsync(connection, scope, sourceId, token) is not { } source
                    || !await LibraryChanges.LockCollectionAsync(connection, source.CollectionId, toRemove: false, token)
                    || !await LibraryChanges.LockSourceAsync(connection, sourceId, source.CollectionId, token))
                {
                    return false;
                }

                await _removal.RemoveOfSourceAsync(connection, source.CollectionId, sourceId, token);
                await LibraryChanges.RemoveSourceRowsAsync(connection, sourceId, token);
                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Document>> ListDocumentsAsync(
        AccessScope scope, long collectionId, Document? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return await _connections.QueryAsync(
            (connection, token) => LibraryQueries.ListDocumentsAsync(connection, scope, collectionId, after, limit, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<Document?> FindDocumentAsync(AccessScope scope, long documentId, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => LibraryQueries.FindDocumentAsync(connection, scope, documentId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<string?> ReadTextAsync(AccessScope scope, long documentId, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => DocumentText.ReadAllAsync(connection, _connections.Name, scope, documentId, token), cancellationToken);
}
