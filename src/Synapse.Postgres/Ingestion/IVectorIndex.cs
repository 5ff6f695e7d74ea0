using Npgsql;
using Synapse.Postgres.Catalogue;

namespace Synapse.Postgres.Ingestion;

/// <summary>The index of embeddings, as ingestion needs it.</summary>
internal interface IVectorIndex : ICommitIndex
{
    /// <summary>Makes room for the embeddings of a space that a collection is pointed to, unless it is there. Several servers may do so at once.</summary>
    Task AddSpaceAsync(NpgsqlConnection connection, EmbeddingSpaceRow space, CancellationToken cancellationToken);

    /// <summary>Reads the embeddings of a document's chunks.</summary>
    /// <returns>As many as it has chunks, in order; zeros for a chunk without one.</returns>
    Task<IReadOnlyList<ReadOnlyMemory<float>>> ReadAsync(NpgsqlConnection connection, EmbeddingSpaceRow space, long documentId, int chunkCount, CancellationToken cancellationToken);
}
