using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Switching;

namespace Synapse.Storage;

/// <summary>A store that can be read as a whole, to be copied.</summary>
public interface IExportableStore
{
    /// <summary>Where the store is, for messages; never with a password.</summary>
    string Name { get; }

    /// <summary>What tells this store from every other, wherever it lies; made when it is asked for first.</summary>
    ValueTask<string> GetIdentityAsync(CancellationToken cancellationToken);

    /// <summary>Opens everything as it is at the last commit. It does not change while it is open.</summary>
    /// <param name="scope">What the caller may read; only who may read everything can copy.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The scope is not <see cref="AccessScope.Everything"/>.</exception>
    ValueTask<IStoreExport> OpenExportAsync(AccessScope scope, CancellationToken cancellationToken);
}

/// <summary>Everything that a store holds, as it was at one commit. One caller at a time.</summary>
public interface IStoreExport : IAsyncDisposable
{
    /// <summary>Lists the collections, in the order they were made.</summary>
    ValueTask<IReadOnlyList<ExportedCollection>> ListCollectionsAsync(CancellationToken cancellationToken);

    /// <summary>Lists the sources of a collection, in the order they were added.</summary>
    ValueTask<IReadOnlyList<Source>> ListSourcesAsync(long collectionId, CancellationToken cancellationToken);

    /// <summary>Lists documents of a source by the bytes of their paths.</summary>
    /// <param name="sourceId">The source.</param>
    /// <param name="after">Only documents behind this path; empty from the start.</param>
    /// <param name="limit">Most documents to return; at least 1.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<IReadOnlyList<ExportedDocument>> ListDocumentsAsync(long sourceId, string after, int limit, CancellationToken cancellationToken);

    /// <summary>Reads what documents hold, in the order given.</summary>
    /// <exception cref="Errors.StoreCorruptException">A document is not as it was written.</exception>
    ValueTask<IReadOnlyList<DocumentContent>> ReadAsync(IReadOnlyList<ExportedDocument> documents, CancellationToken cancellationToken);

    /// <summary>Lists the files that the last walk of a source left out, by path.</summary>
    ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(long sourceId, CancellationToken cancellationToken);

    /// <summary>Lists entries of the egress ledger by their keys; a request that is still open counts as interrupted.</summary>
    /// <param name="after">Only entries behind this key.</param>
    /// <param name="limit">Most entries to return; at least 1.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<IReadOnlyList<EgressEntry>> ListEgressAsync(long after, int limit, CancellationToken cancellationToken);
}

/// <summary>A collection of an export.</summary>
/// <param name="Summary">The collection with its counts.</param>
/// <param name="Space">The space that it points to; null before its first.</param>
public sealed record ExportedCollection(CollectionSummary Summary, EmbeddingSpace? Space)
{
    /// <summary>The collection.</summary>
    public Collection Collection => Summary.Collection;

    /// <summary>The questions that it is measured by; null without any.</summary>
    public EvaluationSet? Evaluation { get; init; }
}

/// <summary>A document of an export, without what it holds.</summary>
/// <param name="Document">The document.</param>
/// <param name="Space">The space of its embeddings, which may be another than its collection points to.</param>
public sealed record ExportedDocument(Document Document, EmbeddingSpace Space)
{
    /// <summary>The space of documents whose embeddings are gone, from before collections had spaces of their own: its embeddings are zero, and match nothing.</summary>
    public static EmbeddingSpace NoSpace { get; } = new("", 1);
}

/// <summary>What a document of an export holds.</summary>
/// <param name="Text">The normalised text.</param>
/// <param name="Chunks">The chunks, in order.</param>
/// <param name="Embeddings">The embeddings of the chunks, one after the other, as exact as the store keeps them.</param>
public sealed record DocumentContent(string Text, IReadOnlyList<Chunk> Chunks, ReadOnlyMemory<float> Embeddings);
