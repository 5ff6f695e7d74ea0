using Npgsql;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Ingestion;
using Synapse.Storage;

namespace Synapse.Postgres.Tests.TestSupport;

/// <summary>An index that only writes down how it was called, in a table that the commits of the store roll back with the rest.</summary>
internal sealed class RecordedIndex(string name) : ICommitIndex
{
    /// <summary>Makes the table.</summary>
    public const string Table = "CREATE TABLE synapse.recorded(place serial, entry text); GRANT ALL ON ALL TABLES IN SCHEMA synapse TO PUBLIC; GRANT ALL ON ALL SEQUENCES IN SCHEMA synapse TO PUBLIC";

    /// <summary>What happens before it writes.</summary>
    public Func<NpgsqlConnection, Task>? OnWrite { get; set; }

    public IPreparedCommit Prepare(IReadOnlyList<DocumentVersion> versions, EmbeddingSpaceRow space)
        => versions.Any(version => version.Path == "unfit.txt") ? throw new ArgumentException("It does not fit.") : new Prepared(this);

    public Task RemoveAsync(NpgsqlConnection connection, long collectionId, IReadOnlyList<RemovedDocument> documents, CancellationToken cancellationToken)
        => RecordAsync(connection, $"remove {string.Join(',', documents.Select(document => $"{document.DocumentId} of {document.ChunkCount} in {document.SpaceId}"))}", cancellationToken);

    public Task RemoveCollectionAsync(NpgsqlConnection connection, long collectionId, CancellationToken cancellationToken)
        => RecordAsync(connection, $"remove collection {collectionId}", cancellationToken);

    private Task<int> RecordAsync(NpgsqlConnection connection, string entry, CancellationToken cancellationToken)
        => connection.ExecuteAsync("INSERT INTO recorded(entry) VALUES($1)", [$"{name}: {entry}"], cancellationToken);

    private sealed class Prepared(RecordedIndex index) : IPreparedCommit
    {
        public async Task WriteAsync(NpgsqlConnection connection, long collectionId, IReadOnlyList<long> documentIds, CancellationToken cancellationToken)
        {
            // The rows of the documents are there already.
            var chunks = await connection.FindAsync("SELECT count(*) FROM chunks WHERE document_id = ANY($1)", [documentIds.ToArray()], row => row.GetInt64(0), cancellationToken);
            await index.RecordAsync(connection, $"write {string.Join(',', documentIds)} with {chunks} chunks", cancellationToken);
            if (index.OnWrite is { } onWrite)
            {
                await onWrite(connection);
            }
        }
    }
}
