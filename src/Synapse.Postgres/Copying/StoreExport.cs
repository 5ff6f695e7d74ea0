using System.Numerics.Tensors;
using Npgsql;
using Pgvector;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Ledger;
using Synapse.Postgres.Vectors;
using Synapse.Postgres.Switching;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Postgres.Copying;

/// <summary>Everything at one commit: a connection in a read-only transaction on one snapshot of the database.</summary>
internal sealed class StoreExport : IStoreExport
{
    private readonly StoreConnections _connections;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly Dictionary<long, EmbeddingSpaceRow> _spaces;

    private StoreExport(StoreConnections connections, NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<EmbeddingSpaceRow> spaces)
    {
        _connections = connections;
        _connection = connection;
        _transaction = transaction;
        _spaces = spaces.ToDictionary(space => space.Id);
    }

    /// <summary>Opens a view of the last commit.</summary>
    public static Task<StoreExport> OpenAsync(StoreConnections connections, CancellationToken cancellationToken)
        => connections.OpenAsync(
            async (connection, token) =>
            {
                var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, token);
                // Between two reads the other store is written, which may take as long as it takes.
                await connection.ExecuteAsync("SET TRANSACTION READ ONLY", [], token);
                await connection.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0", [], token);
                return new StoreExport(connections, connection, transaction, await EmbeddingSpaceRow.ListAsync(connection, token));
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<ExportedCollection>> ListCollectionsAsync(CancellationToken cancellationToken)
        => await ReadAsync(
            async token =>
            {
                var summaries = await LibraryQueries.ListCollectionsAsync(_connection, AccessScope.Everything, token);
                var spaces = (await _connection.ListAsync(
                    "SELECT id, space_id FROM collections WHERE space_id IS NOT NULL", [], row => (Id: row.GetInt64(0), SpaceId: row.GetInt64(1)), token))
                    .ToDictionary(row => row.Id, row => _spaces[row.SpaceId].Space);
                var exported = new List<ExportedCollection>(summaries.Count);
                foreach (var summary in summaries.OrderBy(summary => summary.Collection.Id))
                {
                    var id = summary.Collection.Id;
                    exported.Add(new ExportedCollection(summary, spaces.GetValueOrDefault(id)) { Evaluation = await EvaluationRows.FindAsync(_connection, AccessScope.Everything, id, token) });
                }

                return exported;
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<Source>> ListSourcesAsync(long collectionId, CancellationToken cancellationToken)
        => await ReadAsync(token => LibraryQueries.ListSourcesAsync(_connection, AccessScope.Everything, collectionId, token), cancellationToken);

    public async ValueTask<IReadOnlyList<ExportedDocument>> ListDocumentsAsync(long sourceId, string after, int limit, CancellationToken cancellationToken)
        => [.. (await ReadAsync(token => LibraryQueries.ListOfSourceAsync(_connection, sourceId, after, limit, token), cancellationToken))
            .Select(row => new ExportedDocument(row.Document, _spaces.GetValueOrDefault(row.SpaceId)?.Space ?? ExportedDocument.NoSpace))];

    public async ValueTask<IReadOnlyList<DocumentContent>> ReadAsync(IReadOnlyList<ExportedDocument> documents, CancellationToken cancellationToken)
        => await ReadAsync(
            async token =>
            {
                var ids = documents.Select(document => document.Document.Id).ToArray();
                var texts = await DocumentText.ReadAllAsync(_connection, _connections.Name, ids, token);
                var chunks = await ChunkRows.ReadAllAsync(_connection, ids, token);
                var embeddings = await ReadEmbeddingsAsync(documents, token);
                return documents
                    .Select(document => document.Document)
                    .Select(row => chunks[row.Id].ToArray() is var found && found.Length == row.ChunkCount
                        ? new DocumentContent(texts[row.Id], found, embeddings[row.Id])
                        : throw new StoreCorruptException(_connections.Name, $"document {row.Id} has {found.Length} chunks, and {row.ChunkCount} are due"))
                    .ToArray();
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(long sourceId, CancellationToken cancellationToken)
        => await ReadAsync(token => JobRows.ListSkippedAsync(_connection, AccessScope.Everything, sourceId, token), cancellationToken);

    public async ValueTask<IReadOnlyList<EgressEntry>> ListEgressAsync(long after, int limit, CancellationToken cancellationToken)
        => [.. (await ReadAsync(token => LedgerRows.ListAfterAsync(_connection, after, limit, token), cancellationToken))
            .Select(entry => entry.Result.Outcome == EgressOutcome.Open ? entry with { Result = entry.Result with { Outcome = EgressOutcome.Interrupted } } : entry)];

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<Dictionary<long, float[]>> ReadEmbeddingsAsync(IReadOnlyList<ExportedDocument> documents, CancellationToken cancellationToken)
    {
        var embeddings = documents.ToDictionary(document => document.Document.Id, document => new float[document.Document.ChunkCount * document.Space.Dimensions]);
        foreach (var group in documents.GroupBy(document => document.Space.Fingerprint))
        {
            // A space that the store does not know has no embeddings.
            if (_spaces.Values.FirstOrDefault(space => space.Fingerprint == group.Key) is { } space)
            {
                await ReadEmbeddingsAsync(space, [.. group.Select(document => document.Document.Id)], embeddings, cancellationToken);
            }
        }

        return embeddings;
    }

    private async Task ReadEmbeddingsAsync(EmbeddingSpaceRow space, long[] documentIds, Dictionary<long, float[]> embeddings, CancellationToken cancellationToken)
    {
        var sql = $"SELECT document_id, ordinal, embedding FROM {VectorTable.NameOf(space.Id)} WHERE document_id = ANY($1)";
        var rows = await _connection.ListAsync(
            sql, [documentIds], row => (DocumentId: row.GetInt64(0), Ordinal: row.GetInt32(1), Embedding: row.GetFieldValue<HalfVector>(2)), cancellationToken);
        foreach (var (documentId, ordinal, embedding) in rows)
        {
            if ((ordinal + 1) * space.Dimensions > embeddings[documentId].Length)
            {
                throw new StoreCorruptException(_connections.Name, $"document {documentId} has an embedding of chunk {ordinal}, and no such chunk");
            }

            TensorPrimitives.ConvertToSingle(embedding.Memory.Span, embeddings[documentId].AsSpan(ordinal * space.Dimensions));
        }
    }

    private Task<T> ReadAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => _connections.NamingFaultsAsync(() => work(cancellationToken));
}
