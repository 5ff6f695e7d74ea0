using Npgsql;
using NpgsqlTypes;
using Synapse.Errors;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Storage;

namespace Synapse.Postgres.Ingestion;

/// <summary>
/// One batch on its way into the store. What needs no connection is done first; then everything changes in one transaction. Doing it once more gives the same
/// result: a version replaces what has its path.
/// </summary>
internal sealed class IngestionCommit
{
    private readonly IngestionBatch _batch;
    private readonly EmbeddingSpaceRow? _space;
    private readonly IReadOnlyList<IPreparedCommit> _prepared;
    private readonly DocumentRemoval _removal;

    private IngestionCommit(IngestionBatch batch, EmbeddingSpaceRow? space, IReadOnlyList<IPreparedCommit> prepared, DocumentRemoval removal)
    {
        _batch = batch;
        _space = space;
        _prepared = prepared;
        _removal = removal;
    }

    /// <summary>Checks a batch and lets the indexes build what they add.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="space">The space that the collection points to; null without versions.</param>
    /// <param name="indexes">The indexes, in the order in which they write.</param>
    /// <exception cref="ArgumentException">A version does not fit.</exception>
    public static IngestionCommit Prepare(IngestionBatch batch, EmbeddingSpaceRow? space, IReadOnlyList<ICommitIndex> indexes)
    {
        var paths = new HashSet<(long, string)>();
        foreach (var version in batch.Versions)
        {
            if (!paths.Add((version.SourceId, Commands.Storable(version.Path))))
            {
                throw new ArgumentException($"'{version.Path}' is twice in one batch.", nameof(batch));
            }

            Check(version, space!.Dimensions);
        }

        return new IngestionCommit(
            batch, space, batch.Versions.Count == 0 ? [] : [.. indexes.Select(index => index.Prepare(batch.Versions, space!))], new DocumentRemoval(indexes));
    }

    /// <summary>Makes the changes, inside a transaction of the caller.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await LibraryChanges.LockCollectionAsync(connection, _batch.CollectionId, toRemove: false, cancellationToken))
        {
            throw new CollectionNotFoundException($"#{_batch.CollectionId}");
        }

        await CheckSpaceAsync(connection, cancellationToken);
        await CheckSourcesAsync(connection, cancellationToken);
        var replaced = await FindReplacedAsync(connection, cancellationToken);
        await _removal.RemoveAsync(connection, _batch.CollectionId, [.. _batch.RemovedDocumentIds.Concat(replaced).Distinct()], cancellationToken);
        await TouchAsync(connection, cancellationToken);
        if (_batch.Versions.Count > 0)
        {
            await AddAsync(connection, cancellationToken);
        }

        // Last, so that pausing and cancelling need not wait for what comes before.
        await JobRows.RequireLeaseAsync(connection, _batch.Lease, cancellationToken);
    }

    private static void Check(DocumentVersion version, int dimensions)
    {
        if (version.Terms.Count != version.Chunks.Count || version.Embeddings.Length != version.Chunks.Count * dimensions)
        {
            throw new ArgumentException(
                $"'{version.Path}' has {version.Chunks.Count} chunks, terms of {version.Terms.Count} and {version.Embeddings.Length} numbers of embeddings; {dimensions} per chunk are due.");
        }

        for (var ordinal = 0; ordinal < version.Chunks.Count; ordinal++)
        {
            var chunk = version.Chunks[ordinal];
            if (chunk.Ordinal != ordinal || chunk.StartOffset < 0 || chunk.EndOffset < chunk.StartOffset || chunk.EndOffset > version.Text.Length)
            {
                throw new ArgumentException($"Chunk {chunk.Ordinal} of '{version.Path}' is number {ordinal} and spans {chunk.StartOffset} to {chunk.EndOffset} of {version.Text.Length} units.");
            }
        }
    }

    // Another server may have pointed the collection elsewhere since the batch was made.
    private async Task CheckSpaceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_space is not null
            && await connection.FindAsync("SELECT space_id FROM collections WHERE id = $1", [_batch.CollectionId], row => row.IsDBNull(0) ? 0 : row.GetInt64(0), cancellationToken) != _space.Id)
        {
            throw new EmbeddingSpaceChangedException();
        }
    }

    private async Task CheckSourcesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var wanted = _batch.Versions.Select(version => version.SourceId).Distinct().ToArray();
        if (wanted.Length == 0)
        {
            return;
        }

        var there = await connection.ListAsync(
            "SELECT id FROM sources WHERE collection_id = $1 AND id = ANY($2) FOR KEY SHARE", [_batch.CollectionId, wanted], row => row.GetInt64(0), cancellationToken);
        if (wanted.Except(there).ToArray() is [var missing, ..])
        {
            throw new SourceNotFoundException(missing);
        }
    }

    private async Task<List<long>> FindReplacedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        => _batch.Versions.Count == 0
            ? []
            : await connection.ListAsync(
                "SELECT d.id FROM unnest($1::bigint[], $2::text[]) AS v(source_id, path) JOIN documents AS d ON d.source_id = v.source_id AND d.path = v.path COLLATE \"C\"",
                [_batch.Versions.Select(version => version.SourceId).ToArray(), _batch.Versions.Select(version => Commands.Storable(version.Path)).ToArray()],
                row => row.GetInt64(0),
                cancellationToken);

    private async Task TouchAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_batch.Touched.Count > 0)
        {
            await connection.ExecuteAsync(
                "UPDATE documents AS d SET size_bytes = t.size_bytes, modified_ticks = t.modified_ticks"
                + " FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS t(id, size_bytes, modified_ticks) WHERE d.id = t.id AND d.collection_id = $1",
                [
                    _batch.CollectionId,
                    _batch.Touched.Select(touch => touch.DocumentId).ToArray(),
                    _batch.Touched.Select(touch => touch.SizeBytes).ToArray(),
                    _batch.Touched.Select(touch => touch.ModifiedAt.UtcTicks).ToArray(),
                ],
                cancellationToken);
        }
    }

    private async Task AddAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var versions = _batch.Versions;
        var ids = await connection.ListAsync("SELECT nextval('document_ids') FROM generate_series(1, $1)", [versions.Count], row => row.GetInt64(0), cancellationToken);
        await CopyDocumentsAsync(connection, ids, cancellationToken);
        await DocumentText.WriteAsync(connection, ids.Zip(versions.Select(version => version.Text)), cancellationToken);
        await ChunkRows.WriteAsync(connection, ids.Zip(versions), cancellationToken);
        foreach (var prepared in _prepared)
        {
            await prepared.WriteAsync(connection, _batch.CollectionId, ids, cancellationToken);
        }

        var added = versions.Aggregate(default(DocumentCounts), (sum, version) => sum + new DocumentCounts(1, version.Chunks.Count, version.SizeBytes));
        await using var batch = new NpgsqlBatch(connection);
        CollectionRows.ChangeSpace(batch, _batch.CollectionId, _space!.Id, added.Chunks);
        CollectionRows.ChangeCounts(batch, _batch.CollectionId, added);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task CopyDocumentsAsync(NpgsqlConnection connection, List<long> ids, CancellationToken cancellationToken)
    {
        await using var import = await connection.BeginBinaryImportAsync(
            "COPY documents(id, collection_id, source_id, size_bytes, modified_ticks, space_id, line_count, chunk_count, path, language, content_hash) FROM STDIN (FORMAT BINARY)",
            cancellationToken);
        foreach (var (id, version) in ids.Zip(_batch.Versions))
        {
            await import.StartRowAsync(cancellationToken);
            foreach (var number in (long[])[id, _batch.CollectionId, version.SourceId, version.SizeBytes, version.ModifiedAt.UtcTicks, _space!.Id])
            {
                await import.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken);
            }

            await import.WriteAsync(version.LineCount, NpgsqlDbType.Integer, cancellationToken);
            await import.WriteAsync(version.Chunks.Count, NpgsqlDbType.Integer, cancellationToken);
            foreach (var text in (string[])[version.Path, version.Language, version.ContentHash])
            {
                await import.WriteAsync(Commands.Storable(text), NpgsqlDbType.Text, cancellationToken);
            }
        }

        await import.CompleteAsync(cancellationToken);
    }
}
