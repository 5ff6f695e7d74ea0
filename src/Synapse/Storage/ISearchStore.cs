using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Library;

namespace Synapse.Storage;

/// <summary>Key of a chunk within one snapshot; meaningless outside of it.</summary>
/// <param name="Value">Opaque.</param>
public readonly record struct ChunkKey(long Value);

/// <summary>A chunk that a retriever found, with that retriever's score.</summary>
/// <param name="Key">The chunk.</param>
/// <param name="Score">BM25 score or cosine similarity, by the method that returned it.</param>
public readonly record struct ScoredChunk(ChunkKey Key, float Score);

/// <summary>A term of a keyword query.</summary>
/// <param name="Text">The term as the analyser made it.</param>
/// <param name="Weight">Factor on the term's BM25 score; above 0, usually 1.</param>
public readonly record struct QueryTerm(string Text, float Weight = 1f);

/// <summary>What is known of a stored chunk without reading its text.</summary>
/// <param name="Key">Its key in the snapshot.</param>
/// <param name="CollectionId">Its collection.</param>
/// <param name="SourceId">Its source.</param>
/// <param name="DocumentId">Its document.</param>
/// <param name="Path">The document's path relative to its source.</param>
/// <param name="Language">The document's language id.</param>
/// <param name="ChunkCount">Chunks of the document.</param>
/// <param name="Chunk">The span.</param>
public sealed record StoredChunk(
    ChunkKey Key,
    long CollectionId,
    long SourceId,
    long DocumentId,
    string Path,
    string Language,
    int ChunkCount,
    Chunk Chunk)
{
    /// <summary>Fingerprint of the space of its embedding; null without one.</summary>
    public string? SpaceFingerprint { get; init; }
}

/// <summary>A space of embeddings in a view.</summary>
/// <param name="Space">The space.</param>
/// <param name="CollectionIds">The collections of the view that have chunks embedded there.</param>
public sealed record SearchedSpace(EmbeddingSpace Space, IReadOnlyList<long> CollectionIds);

/// <summary>Opens views on what is searchable.</summary>
public interface ISearchStore
{
    /// <summary>Opens a view of the last commit. It does not change while it is open, and it holds no lock.</summary>
    /// <param name="scope">What the caller may read; collections outside of it are not in the view, without any sign that they exist.</param>
    /// <param name="collectionIds">The collections to search; null for all of the scope.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<ISearchSnapshot> OpenSnapshotAsync(AccessScope scope, IReadOnlyList<long>? collectionIds, CancellationToken cancellationToken);
}

/// <summary>A view of what is searchable at one commit. Statistics cover all chunks of the view and nothing else.</summary>
public interface ISearchSnapshot : IAsyncDisposable
{
    /// <summary>Chunks in the view.</summary>
    long ChunkCount { get; }

    /// <summary>Mean of the chunks' BM25 lengths.</summary>
    double AverageLength { get; }

    /// <summary>The spaces of the chunks in the view: usually one; several when collections of different models are searched together or one is moving to another model.</summary>
    IReadOnlyList<SearchedSpace> Spaces { get; }

    /// <summary>How many chunks contain each term.</summary>
    ValueTask<IReadOnlyList<int>> GetDocumentFrequenciesAsync(IReadOnlyList<string> terms, CancellationToken cancellationToken);

    /// <summary>Finds the chunks with the highest BM25 score; best first, ties by document path and ordinal; only chunks with a score above 0.</summary>
    /// <param name="terms">The terms; a term given twice counts twice.</param>
    /// <param name="limit">Most chunks to return; at least 1.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <remarks>
    /// score(c) = Σ weight · idf · tf·(k1+1) / (tf + k1·(1 − b + b·length/averageLength)), idf = ln(1 + (N − n + ½)/(n + ½)).
    /// Robertson and Zaragoza 2009, with the never-negative idf that Lucene uses. k1 and b are <see cref="Retrieval.Bm25"/>'s.
    /// </remarks>
    ValueTask<IReadOnlyList<ScoredChunk>> FindByKeywordsAsync(IReadOnlyList<QueryTerm> terms, int limit, CancellationToken cancellationToken);

    /// <summary>Finds, in each of the spaces given, the chunks with the highest cosine similarity to the query.</summary>
    /// <param name="query">The query's embeddings; a space that the view does not have finds nothing.</param>
    /// <param name="limit">Most chunks to return per space; at least 1.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Space after space in the order of <paramref name="query"/>, each best first. Similarities of different spaces cannot be compared.</returns>
    ValueTask<IReadOnlyList<ScoredChunk>> FindByEmbeddingAsync(QueryEmbeddings query, int limit, CancellationToken cancellationToken);

    /// <summary>Computes the BM25 scores of given chunks, 0 where no term occurs.</summary>
    ValueTask<IReadOnlyList<float>> ScoreKeywordsAsync(IReadOnlyList<QueryTerm> terms, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken);

    /// <summary>Computes the cosine similarities of given chunks, each in its own space; 0 for a chunk whose space is not among the query's.</summary>
    ValueTask<IReadOnlyList<float>> ScoreEmbeddingAsync(QueryEmbeddings query, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken);

    /// <summary>Describes chunks, in the order given.</summary>
    ValueTask<IReadOnlyList<StoredChunk>> DescribeAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken);

    /// <summary>Reads the texts of chunks, in the order given; null for a chunk whose document was removed since the view was opened.</summary>
    ValueTask<IReadOnlyList<string?>> ReadTextsAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken);
}
