using Synapse.Library;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Segments;
using Synapse.Sqlite.Switching;
using Synapse.Storage;

namespace Synapse.Sqlite;

public sealed partial class SqliteStore : ILibraryStore
{
    /// <inheritdoc/>
    public ValueTask<Collection> CreateCollectionAsync(string name, CancellationToken cancellationToken)
    {
        var valid = CollectionName.Validate(name);
        return _writer.WriteAsync(
            connection => LibraryChanges.CreateCollection(connection, valid, _time.GetUtcNow()),
            made => _indexes = _indexes.Add(made.Id, new CollectionIndex(made.Id, [])),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Collection> CreateCollectionAsync(string name, SourceKind kind, string location, CollectionPrivacy privacy, CancellationToken cancellationToken)
    {
        var valid = CollectionName.Validate(name);
        return _writer.WriteAsync(
            connection =>
            {
                var now = _time.GetUtcNow();
                var made = LibraryChanges.CreateCollection(connection, valid, now);
                LibraryChanges.SetPrivacy(connection, made.Id, privacy);
                LibraryChanges.AddSource(connection, made.Id, kind, location, now);
                return made with { Privacy = privacy };
            },
            made => _indexes = _indexes.Add(made.Id, new CollectionIndex(made.Id, [])),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<CollectionSummary>> ListCollectionsAsync(AccessScope scope, CancellationToken cancellationToken)
        => new(_readers.Read(connection => LibraryQueries.ListCollections(connection, scope)));

    /// <inheritdoc/>
    public ValueTask<Collection?> FindCollectionAsync(AccessScope scope, string name, CancellationToken cancellationToken)
        => new(_readers.Read(connection => LibraryQueries.FindCollection(connection, scope, name)));

    /// <inheritdoc/>
    public async ValueTask<bool> SetPrivacyAsync(AccessScope scope, long collectionId, CollectionPrivacy privacy, CancellationToken cancellationToken)
        => scope.Allows(collectionId)
            && await _writer.WriteAsync(connection => LibraryChanges.SetPrivacy(connection, collectionId, privacy), committed: null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Collection>> ListLocalOnlyAsync(
        AccessScope scope, IReadOnlyCollection<long>? collectionIds, CancellationToken cancellationToken)
        => new(_readers.Read(connection => LibraryQueries.ListLocalOnly(connection, scope, collectionIds)));

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveCollectionAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken)
        => scope.Allows(collectionId)
            && await _writer.WriteAsync(
                connection => RemoveCollectionRows(connection, collectionId),
                _ => _indexes = _indexes.Remove(collectionId),
                cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Source> AddSourceAsync(long collectionId, SourceKind kind, string location, CancellationToken cancellationToken)
        => _writer.WriteAsync(
            connection => LibraryChanges.AddSource(connection, collectionId, kind, location, _time.GetUtcNow()), committed: null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Source>> ListSourcesAsync(AccessScope scope, long? collectionId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => LibraryQueries.ListSources(connection, scope, collectionId)));

    /// <inheritdoc/>
    public ValueTask<Source?> FindSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => LibraryQueries.FindSource(connection, scope, sourceId)));

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
    {
        var changed = await _writer.WriteAsync(
            connection =>
            {
                var source = LibraryQueries.FindSource(connection, scope, sourceId);
                if (source is null)
                {
                    return null;
                }

                var index = RemoveDocuments(connection, _indexes[source.CollectionId], LibraryChanges.DocumentIds(connection, sourceId));
                LibraryChanges.RemoveSourceRows(connection, sourceId);
                return index;
            },
            Swap,
            cancellationToken);
        return changed is not null;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Document>> ListDocumentsAsync(
        AccessScope scope, long collectionId, Document? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return new(_readers.Read(connection => LibraryQueries.ListDocuments(connection, scope, collectionId, after, limit)));
    }

    /// <inheritdoc/>
    public ValueTask<Document?> FindDocumentAsync(AccessScope scope, long documentId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => LibraryQueries.FindDocument(connection, scope, documentId)));

    /// <inheritdoc/>
    public ValueTask<string?> ReadTextAsync(AccessScope scope, long documentId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => LibraryQueries.FindDocument(connection, scope, documentId) is null
            ? null
            : DocumentText.ReadAll(connection, documentId)));

    private static bool RemoveCollectionRows(StoreConnection connection, long collectionId)
    {
        foreach (var source in LibraryQueries.ListSources(connection, AccessScope.Everything, collectionId))
        {
            foreach (var id in LibraryChanges.DocumentIds(connection, source.Id))
            {
                LibraryChanges.RemoveDocument(connection, collectionId, id);
            }

            LibraryChanges.RemoveSourceRows(connection, source.Id);
        }

        ShadowRows.RemoveCollection(connection, collectionId);
        foreach (var id in SegmentCatalogue.Ids(connection, collectionId))
        {
            SegmentCatalogue.Remove(connection, id);
        }

        connection.Prepare("DELETE FROM collections WHERE id = ?").Bind(1, collectionId).Run();
        return connection.Changes > 0;
    }

    /// <summary>Removes documents from the catalogue, and notes it in their segments.</summary>
    /// <returns>The index without them.</returns>
    private static CollectionIndex RemoveDocuments(StoreConnection connection, CollectionIndex index, IEnumerable<long> documentIds)
    {
        var removed = new List<long>();
        var counts = default(DocumentCounts);
        var ofSwitch = SwitchRow.Find(connection, index.CollectionId);
        foreach (var id in documentIds)
        {
            if (LibraryChanges.RemoveDocument(connection, index.CollectionId, id) is { } found)
            {
                removed.Add(id);
                counts += found;
                if (ofSwitch is not null)
                {
                    ShadowRows.RemoveDocument(connection, ofSwitch, id, found.Chunks);
                }
            }
        }

        if (removed.Count == 0)
        {
            return index;
        }

        LibraryChanges.ChangeCounts(connection, index.CollectionId, default(DocumentCounts) - counts);
        var places = new Dictionary<long, List<int>>();
        var after = index.Remove(removed, places);
        foreach (var (segmentId, documents) in places)
        {
            SegmentCatalogue.AddTombstones(connection, segmentId, documents);
        }

        return after;
    }

    /// <summary>Makes a committed state searchable. Called by the writer only.</summary>
    private void Swap(CollectionIndex? index)
    {
        if (index is not null)
        {
            _indexes = _indexes.SetItem(index.CollectionId, index);
        }
    }
}
