using Synapse.Embedding;

namespace Synapse.Storage;

/// <summary>Where ingestion writes documents.</summary>
public interface IIngestionStore
{
    /// <summary>The space that a collection points to; null before its first.</summary>
    ValueTask<EmbeddingSpace?> FindEmbeddingSpaceAsync(long collectionId, CancellationToken cancellationToken);

    /// <summary>Points a collection to an embedding space. To be called before its first commit.</summary>
    /// <remarks>
    /// When the collection has documents of another space, their states are dropped, so that each is read and embedded anew. Until its new version is
    /// committed, a document stays searchable by its words and, while the embedder of its old space is there, by its old embeddings. Other collections
    /// are not touched.
    /// </remarks>
    /// <exception cref="Errors.CollectionNotFoundException">There is no such collection.</exception>
    /// <exception cref="Errors.SwitchPendingException">The collection is being switched to another model, and the space is another than it points to.</exception>
    ValueTask UseEmbeddingSpaceAsync(long collectionId, EmbeddingSpace space, CancellationToken cancellationToken);

    /// <summary>Reads the texts of a document's chunks with their embeddings, so that what did not change need not be embedded again.</summary>
    /// <returns>In order; empty when the document is gone or its embeddings are of another space than its collection points to.</returns>
    ValueTask<IReadOnlyList<EmbeddedText>> ReadEmbeddingsAsync(long collectionId, long documentId, CancellationToken cancellationToken);

    /// <summary>Lists the state of every document of a source.</summary>
    ValueTask<IReadOnlyList<DocumentState>> ListDocumentStatesAsync(long sourceId, CancellationToken cancellationToken);

    /// <summary>Stores a batch in one transaction: text, keyword index and embeddings. It is durable and searchable when this returns.</summary>
    /// <exception cref="Errors.DiskFullException">The disk is full; nothing of the batch was kept.</exception>
    /// <exception cref="Errors.JobLostException">The lease of the batch does not hold any more; nothing of the batch was kept.</exception>
    /// <exception cref="Errors.EmbeddingSpaceChangedException">The batch has versions, and the collection points to another space than <see cref="IngestionBatch.SpaceFingerprint"/>; nothing of the batch was kept.</exception>
    /// <exception cref="InvalidOperationException">The batch has versions, and the collection points to no space.</exception>
    ValueTask CommitAsync(IngestionBatch batch, CancellationToken cancellationToken);
}
