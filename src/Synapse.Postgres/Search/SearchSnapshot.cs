using Synapse.Embedding;
using Synapse.Postgres.Keywords;
using Synapse.Postgres.Vectors;
using Synapse.Storage;

namespace Synapse.Postgres.Search;

/// <summary>What is searchable in a view of the store.</summary>
internal sealed class SearchSnapshot : ISearchSnapshot
{
    private readonly StoreView _view;
    private readonly IndexView _index;
    private readonly KeywordSearch _keywords;
    private readonly int _indexedFrom;

    private SearchSnapshot(StoreView view, IndexView index, PostingsCache cache, int indexedFrom)
    {
        _indexedFrom = indexedFrom;
        _view = view;
        _index = index;
        _keywords = new KeywordSearch(cache, index);
        Spaces = [.. view.Spaces.Select(static space => new SearchedSpace(space.Space.Space, [.. space.Collections.Select(static collection => collection.CollectionId)]))];
    }

    public long ChunkCount => _index.ChunkCount;

    public double AverageLength => _index.AverageLength;

    public IReadOnlyList<SearchedSpace> Spaces { get; }

    /// <summary>Opens what is searchable in a view, and closes the view when that fails.</summary>
    /// <param name="view">The view, which is closed with the snapshot.</param>
    /// <param name="indexes">The indexes that are known already.</param>
    /// <param name="cache">The terms that are known already.</param>
    /// <param name="indexedFrom">Chunks from which on a collection has a vector index of its own.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<SearchSnapshot> OpenAsync(StoreView view, IndexReader indexes, PostingsCache cache, int indexedFrom, CancellationToken cancellationToken)
    {
        try
        {
            var collections = await view.ReadAsync(
                async (connection, token) =>
                {
                    var read = new List<CollectionIndex>(view.Collections.Count);
                    foreach (var collection in view.Collections)
                    {
                        read.Add(await indexes.ReadAsync(connection, collection.Id, collection.Version, token));
                    }

                    return read;
                },
                cancellationToken);
            return new SearchSnapshot(view, new IndexView(collections), cache, indexedFrom);
        }
        catch
        {
            await view.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<IReadOnlyList<int>> GetDocumentFrequenciesAsync(IReadOnlyList<string> terms, CancellationToken cancellationToken)
        => await _view.ReadAsync((connection, token) => _keywords.CountAsync(connection, terms, token), cancellationToken);

    public async ValueTask<IReadOnlyList<ScoredChunk>> FindByKeywordsAsync(IReadOnlyList<QueryTerm> terms, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return await _view.ReadAsync((connection, token) => _keywords.FindTopAsync(connection, terms, limit, token), cancellationToken);
    }

    public async ValueTask<IReadOnlyList<ScoredChunk>> FindByEmbeddingAsync(QueryEmbeddings query, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var found = new List<ScoredChunk>();
        foreach (var (fingerprint, embedding) in query.BySpace)
        {
            if (SearchOf(fingerprint) is { } search)
            {
                found.AddRange(await _view.ReadAsync((connection, token) => search.FindTopAsync(connection, embedding, limit, token), cancellationToken));
            }
        }

        return found;
    }

    public async ValueTask<IReadOnlyList<float>> ScoreKeywordsAsync(IReadOnlyList<QueryTerm> terms, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => await _view.ReadAsync((connection, token) => _keywords.ScoreAsync(connection, terms, chunks, token), cancellationToken);

    public async ValueTask<IReadOnlyList<float>> ScoreEmbeddingAsync(QueryEmbeddings query, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
    {
        var scores = new float[chunks.Count];
        foreach (var (fingerprint, embedding) in query.BySpace)
        {
            if (SearchOf(fingerprint) is { } search)
            {
                await _view.ReadAsync((connection, token) => search.ScoreAsync(connection, embedding, chunks, scores, token), cancellationToken);
            }
        }

        return scores;
    }

    public async ValueTask<IReadOnlyList<StoredChunk>> DescribeAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => chunks.Count == 0 ? [] : await _view.ReadAsync((connection, token) => ChunkReader.DescribeAsync(connection, _view.StoreName, _index, _view.ShadowSpaceId, chunks, token), cancellationToken);

    public async ValueTask<IReadOnlyList<string?>> ReadTextsAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => chunks.Count == 0 ? [] : await _view.ReadAsync((connection, token) => ChunkReader.ReadTextsAsync(connection, _view.StoreName, _index, chunks, token), cancellationToken);

    public ValueTask DisposeAsync() => _view.DisposeAsync();

    private VectorSearch? SearchOf(string fingerprint)
        => _view.Spaces.FirstOrDefault(space => space.Space.Fingerprint == fingerprint) is { } space
            ? new VectorSearch(_index, new VectorTable(space.Space.Id, space.Space.Dimensions), space.Collections, _indexedFrom)
            : null;
}
