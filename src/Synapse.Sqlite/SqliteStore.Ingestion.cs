using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Segments;
using Synapse.Sqlite.Switching;
using Synapse.Storage;

namespace Synapse.Sqlite;

public sealed partial class SqliteStore : IIngestionStore
{
    /// <inheritdoc/>
    public ValueTask<EmbeddingSpace?> FindEmbeddingSpaceAsync(long collectionId, CancellationToken cancellationToken)
        => new(_indexes.GetValueOrDefault(collectionId)?.Space?.Space);

    /// <inheritdoc/>
    public async ValueTask UseEmbeddingSpaceAsync(long collectionId, EmbeddingSpace space, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentOutOfRangeException.ThrowIfLessThan(space.Dimensions, 1);
        if (IndexOf(collectionId).Space?.Fingerprint != space.Fingerprint)
        {
            await _writer.WriteAsync(connection => Use(connection, IndexOf(collectionId), space), Swap, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DocumentState>> ListDocumentStatesAsync(long sourceId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => LibraryQueries.ListStates(connection, sourceId)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EmbeddedText>> ReadEmbeddingsAsync(long collectionId, long documentId, CancellationToken cancellationToken)
        => new(_readers.Read(connection =>
            _indexes.TryGetValue(collectionId, out var index) && DocumentText.ReadAll(connection, documentId) is { } text
                ? index.ReadEmbeddings(documentId, text)
                : []));

    /// <inheritdoc/>
    public async ValueTask CommitAsync(IngestionBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        SegmentContent? content = null;
        EmbeddingSpaceRow? space = null;
        if (batch.Versions.Count > 0)
        {
            space = IndexOf(batch.CollectionId).Space ?? throw new InvalidOperationException("UseEmbeddingSpaceAsync is to be called before the first commit.");
            RequireSpace(space, batch.SpaceFingerprint);
            // The work on the index itself needs no lock: several commits can do it at once.
            content = SegmentBuilder.Build(batch.Versions, space.Dimensions);
        }

        await _writer.WriteAsync(connection => Commit(connection, batch, content, space), Swap, cancellationToken);
        _mergeSignal.Set();
    }

    private CollectionIndex IndexOf(long collectionId)
        => _indexes.TryGetValue(collectionId, out var index) ? index : throw new CollectionNotFoundException($"#{collectionId}");

    private static CollectionIndex Use(StoreConnection connection, CollectionIndex index, EmbeddingSpace space)
    {
        if (index.Space?.Fingerprint == space.Fingerprint)
        {
            return index;
        }

        if (SwitchRow.Find(connection, index.CollectionId) is { } pending)
        {
            throw new SwitchPendingException(
                $"The collection is being switched from '{pending.From.Space.Model}' to '{pending.To.Space.Model}', and its documents can be embedded in '{index.Space?.Space.Model}' only until that is ended.");
        }

        return index with { Space = EmbeddingSpaceRow.Use(connection, index.CollectionId, space) };
    }

    private static void RequireSpace(EmbeddingSpaceRow? now, string? fingerprint)
    {
        if (fingerprint is not null && now?.Fingerprint != fingerprint)
        {
            throw new EmbeddingSpaceChangedException();
        }
    }

    private CollectionIndex Commit(StoreConnection connection, IngestionBatch batch, SegmentContent? content, EmbeddingSpaceRow? space)
    {
        var index = IndexOf(batch.CollectionId);
        RequireSpace(index.Space, space?.Fingerprint);
        JobRows.RequireLease(connection, batch.Lease);
        CheckSources(connection, batch);
        var replaced = batch.RemovedDocumentIds.ToList();
        var find = connection.Prepare("SELECT id FROM documents WHERE source_id = ? AND path = ?");
        var paths = new HashSet<(long, string)>();
        foreach (var version in batch.Versions)
        {
            if (!paths.Add((version.SourceId, version.Path)))
            {
                throw new ArgumentException($"'{version.Path}' is twice in one batch.", nameof(batch));
            }

            replaced.AddRange(LibraryQueries.Collect(find.Bind(1, version.SourceId).Bind(2, version.Path), row => row.Int64(0)));
        }

        index = RemoveDocuments(connection, index, replaced);
        foreach (var touch in batch.Touched)
        {
            connection.Prepare("UPDATE documents SET size_bytes = ?, modified_at = ? WHERE id = ? AND collection_id = ?")
                .Bind(1, touch.SizeBytes)
                .Bind(2, touch.ModifiedAt.UtcTicks)
                .Bind(3, touch.DocumentId)
                .Bind(4, batch.CollectionId)
                .Run();
        }

        return content is null || space is null ? index : AddSegment(connection, index, batch.Versions, content, space);
    }

    private static CollectionIndex AddSegment(
        StoreConnection connection, CollectionIndex index, IReadOnlyList<DocumentVersion> versions, SegmentContent content, EmbeddingSpaceRow space)
    {
        var counts = default(DocumentCounts);
        for (var i = 0; i < versions.Count; i++)
        {
            content.Documents[i].DocumentId = LibraryChanges.AddDocument(connection, index.CollectionId, versions[i], space.Id);
            counts += new DocumentCounts(1, versions[i].Chunks.Count, versions[i].SizeBytes);
            ShadowRows.AddLacking(connection, index.CollectionId, content.Documents[i].DocumentId);
        }

        LibraryChanges.ChangeCounts(connection, index.CollectionId, counts);
        var id = SegmentCatalogue.Add(connection, index.CollectionId, SegmentCatalogue.Live, space.Id, content.Chunks.Length);
        SegmentCodec.Write(connection, id, SegmentCodec.IndexStream, SegmentCodec.IndexColumns(content));
        SegmentCodec.Write(connection, id, SegmentCodec.FirstVectorStream, SegmentCodec.VectorColumns(content.Vectors!));
        return index with { Segments = [.. index.Segments, new SegmentView(new Segment(id, space, content), null)] };
    }

    private static void CheckSources(StoreConnection connection, IngestionBatch batch)
    {
        foreach (var sourceId in batch.Versions.Select(version => version.SourceId).Distinct())
        {
            if (LibraryQueries.FindSource(connection, AccessScope.Everything, sourceId)?.CollectionId != batch.CollectionId)
            {
                throw new SourceNotFoundException(sourceId);
            }
        }
    }
}
