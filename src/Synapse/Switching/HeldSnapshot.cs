using Synapse.Embedding;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Storage;

namespace Synapse.Switching;

/// <summary>One view, which every search of a <see cref="Searcher"/> uses, and which outlives them.</summary>
/// <param name="snapshot">The view; whoever opened it closes it.</param>
internal sealed class HeldSnapshot(ISearchSnapshot snapshot) : ISearchStore, ISearchSnapshot
{
    /// <inheritdoc/>
    public long ChunkCount => snapshot.ChunkCount;

    /// <inheritdoc/>
    public double AverageLength => snapshot.AverageLength;

    /// <inheritdoc/>
    public IReadOnlyList<SearchedSpace> Spaces => snapshot.Spaces;

    /// <inheritdoc/>
    public ValueTask<ISearchSnapshot> OpenSnapshotAsync(AccessScope scope, IReadOnlyList<long>? collectionIds, CancellationToken cancellationToken) => new(this);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<int>> GetDocumentFrequenciesAsync(IReadOnlyList<string> terms, CancellationToken cancellationToken)
        => snapshot.GetDocumentFrequenciesAsync(terms, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ScoredChunk>> FindByKeywordsAsync(IReadOnlyList<QueryTerm> terms, int limit, CancellationToken cancellationToken)
        => snapshot.FindByKeywordsAsync(terms, limit, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ScoredChunk>> FindByEmbeddingAsync(QueryEmbeddings query, int limit, CancellationToken cancellationToken)
        => snapshot.FindByEmbeddingAsync(query, limit, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<float>> ScoreKeywordsAsync(IReadOnlyList<QueryTerm> terms, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => snapshot.ScoreKeywordsAsync(terms, chunks, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<float>> ScoreEmbeddingAsync(QueryEmbeddings query, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => snapshot.ScoreEmbeddingAsync(query, chunks, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredChunk>> DescribeAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken) => snapshot.DescribeAsync(chunks, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string?>> ReadTextsAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken) => snapshot.ReadTextsAsync(chunks, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;
}
