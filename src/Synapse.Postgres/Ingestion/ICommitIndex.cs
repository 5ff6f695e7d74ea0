using Npgsql;
using Synapse.Postgres.Catalogue;
using Synapse.Storage;

namespace Synapse.Postgres.Ingestion;

/// <summary>An index over chunks that changes with every commit, in its transaction: the keyword index, and the vectors.</summary>
internal interface ICommitIndex
{
    /// <summary>Does what needs no connection, before the transaction begins: checks and builds. Several commits may do so at once.</summary>
    /// <param name="versions">The documents to be stored, in order; at least one.</param>
    /// <param name="space">The space of their embeddings.</param>
    /// <exception cref="ArgumentException">A version does not fit.</exception>
    IPreparedCommit Prepare(IReadOnlyList<DocumentVersion> versions, EmbeddingSpaceRow space);

    /// <summary>Takes documents out. Called before their rows in <c>documents</c> and <c>chunks</c> go, and after the collection's row was locked.</summary>
    /// <param name="connection">The transaction.</param>
    /// <param name="collectionId">Their collection.</param>
    /// <param name="documents">The documents that were there, with the spaces that each is embedded in.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task RemoveAsync(NpgsqlConnection connection, long collectionId, IReadOnlyList<RemovedDocument> documents, CancellationToken cancellationToken);

    /// <summary>Takes a whole collection out, its documents included, for which <see cref="RemoveAsync"/> is not called.</summary>
    Task RemoveCollectionAsync(NpgsqlConnection connection, long collectionId, CancellationToken cancellationToken);
}

/// <summary>What an index adds in one commit.</summary>
internal interface IPreparedCommit
{
    /// <summary>Writes it. Called after the rows of <c>documents</c>, <c>document_text</c> and <c>chunks</c> were written, index after index in the order of the store; again from the start when the unit of work is tried once more.</summary>
    /// <param name="connection">The transaction.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="documentIds">The ids that the versions got, in their order.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task WriteAsync(NpgsqlConnection connection, long collectionId, IReadOnlyList<long> documentIds, CancellationToken cancellationToken);
}

/// <summary>A document that a commit removes.</summary>
/// <param name="DocumentId">The document.</param>
/// <param name="SpaceId">The space in which it is searched.</param>
/// <param name="ShadowSpaceId">The space in which it is embedded beside that; 0 for none.</param>
/// <param name="ChunkCount">Its chunks.</param>
/// <param name="SizeBytes">Its size as it was read.</param>
internal readonly record struct RemovedDocument(long DocumentId, long SpaceId, long ShadowSpaceId, int ChunkCount, long SizeBytes);
