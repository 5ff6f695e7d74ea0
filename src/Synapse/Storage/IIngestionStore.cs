using Synapse.Embedding;

namespace Synapse.Storage;

/// <summary>Where ingestion writes documents.</summary>
public interface IIngestionStore
{
    /// <summary>Makes the store ready for embeddings of a space. To be called once before the first commit.</summary>
    /// <remarks>When the store holds embeddings of another space, they and their documents' states are dropped, so that every document is read and embedded anew.</remarks>
    ValueTask UseEmbeddingSpaceAsync(EmbeddingSpace space, CancellationToken cancellationToken);

    /// <summary>Lists the state of every document of a source.</summary>
    ValueTask<IReadOnlyList<DocumentState>> ListDocumentStatesAsync(long sourceId, CancellationToken cancellationToken);

    /// <summary>Stores a batch in one transaction: text, keyword index and embeddings. It is durable and searchable when this returns.</summary>
    /// <exception cref="Errors.DiskFullException">The disk is full; nothing of the batch was kept.</exception>
    ValueTask CommitAsync(IngestionBatch batch, CancellationToken cancellationToken);
}
