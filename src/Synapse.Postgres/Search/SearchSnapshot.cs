using Npgsql;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Keywords;
using Synapse.Postgres.Vectors;
using Synapse.Storage;

namespace Synapse.Postgres.Search;

/// <summary>A view of the last commit: a transaction that reads, and that sees the database as it was when it began.</summary>
internal sealed class SearchSnapshot : ISearchSnapshot
{
    // The id of a collection is in the view when the scope has it: nothing of others is read.
    private static readonly string s_collections =
        $"SELECT id, version FROM collections WHERE {Commands.Within("id", "$1")} AND {Commands.Within("id", "$2")} ORDER BY id";

    private const string Spaces = """
        SELECT spaces.space_id, spaces.collection_id, spaces.chunk_count FROM collection_spaces spaces
        WHERE spaces.collection_id = ANY($1) AND spaces.chunk_count > 0 ORDER BY spaces.space_id, spaces.collection_id
        """;

    private readonly StoreConnections _connections;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly IndexView _view;
    private readonly KeywordSearch _keywords;
    private readonly IReadOnlyList<SpaceOfView> _spaces;

    private SearchSnapshot(StoreConnections connections, NpgsqlTransaction transaction, PostingsCache cache, IndexView view, IReadOnlyList<SpaceOfView> spaces)
    {
        _connections = connections;
        _connection = transaction.Connection!;
        _transaction = transaction;
        _view = view;
        _keywords = new KeywordSearch(_connection, cache, view);
        _spaces = spaces;
    }

    public long ChunkCount => _view.ChunkCount;

    public double AverageLength => _view.AverageLength;

    IReadOnlyList<SearchedSpace> ISearchSnapshot.Spaces => [.. _spaces.Select(static space => new SearchedSpace(space.Row.Space, [.. space.Collections.Select(static each => each.CollectionId)]))];

    /// <summary>Opens a view.</summary>
    /// <param name="connections">The database.</param>
    /// <param name="indexes">The indexes that are known already.</param>
    /// <param name="cache">The terms that are known already.</param>
    /// <param name="scope">Ids of the collections that the caller may read; null for all.</param>
    /// <param name="wanted">Ids of the collections to search; null for all.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<SearchSnapshot> OpenAsync(
        StoreConnections connections, IndexReader indexes, PostingsCache cache, long[]? scope, long[]? wanted, CancellationToken cancellationToken)
    {
        var connection = await connections.OpenAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
            var collections = await connection.ListAsync(
                s_collections, [scope, wanted], static row => (Id: row.GetInt64(0), Version: row.GetInt64(1)), cancellationToken);
            var read = new List<CollectionIndex>(collections.Count);
            foreach (var (id, version) in collections)
            {
                read.Add(await indexes.ReadAsync(connection, id, version, cancellationToken));
            }

            var spaces = await ReadSpacesAsync(connection, [.. collections.Select(static collection => collection.Id)], cancellationToken);
            return new SearchSnapshot(connections, transaction, cache, new IndexView(read), spaces);
        }
        catch (Exception error)
        {
            await connection.DisposeAsync();
            connections.Forget(error);
            throw connections.Named(error);
        }
    }

    public ValueTask<IReadOnlyList<int>> GetDocumentFrequenciesAsync(IReadOnlyList<string> terms, CancellationToken cancellationToken)
        => RunAsync<IReadOnlyList<int>>(async () => await _keywords.CountAsync(terms, cancellationToken));

    public ValueTask<IReadOnlyList<ScoredChunk>> FindByKeywordsAsync(IReadOnlyList<QueryTerm> terms, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return RunAsync<IReadOnlyList<ScoredChunk>>(async () => await _keywords.FindTopAsync(terms, limit, cancellationToken));
    }

    public ValueTask<IReadOnlyList<ScoredChunk>> FindByEmbeddingAsync(QueryEmbeddings query, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return RunAsync<IReadOnlyList<ScoredChunk>>(async () =>
        {
            var found = new List<ScoredChunk>();
            foreach (var (fingerprint, embedding) in query.BySpace)
            {
                if (SearchOf(fingerprint) is { } search)
                {
                    found.AddRange(await search.FindTopAsync(embedding, limit, cancellationToken));
                }
            }

            return found;
        });
    }

    public ValueTask<IReadOnlyList<float>> ScoreKeywordsAsync(IReadOnlyList<QueryTerm> terms, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => RunAsync<IReadOnlyList<float>>(async () => await _keywords.ScoreAsync(terms, chunks, cancellationToken));

    public ValueTask<IReadOnlyList<float>> ScoreEmbeddingAsync(QueryEmbeddings query, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => RunAsync<IReadOnlyList<float>>(async () =>
        {
            var scores = new float[chunks.Count];
            foreach (var (fingerprint, embedding) in query.BySpace)
            {
                if (SearchOf(fingerprint) is { } search)
                {
                    await search.ScoreAsync(embedding, chunks, scores, cancellationToken);
                }
            }

            return scores;
        });

    public ValueTask<IReadOnlyList<StoredChunk>> DescribeAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => throw new NotImplementedException();

    public ValueTask<IReadOnlyList<string?>> ReadTextsAsync(IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
        => throw new NotImplementedException();

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _transaction.DisposeAsync();
        }
        finally
        {
            await _connection.DisposeAsync();
        }
    }

    private static async Task<List<SpaceOfView>> ReadSpacesAsync(NpgsqlConnection connection, long[] collectionIds, CancellationToken cancellationToken)
    {
        var counts = await connection.ListAsync(
            Spaces, [collectionIds], static row => (SpaceId: row.GetInt64(0), Collection: (row.GetInt64(1), row.GetInt64(2))), cancellationToken);
        if (counts.Count == 0)
        {
            return [];
        }

        var rows = await EmbeddingSpaceRow.ListAsync(connection, cancellationToken);
        return [.. counts.GroupBy(static each => each.SpaceId).Select(group => new SpaceOfView(rows.Find(row => row.Id == group.Key)!, [.. group.Select(static each => each.Collection)]))];
    }

    private VectorSearch? SearchOf(string fingerprint)
        => _spaces.FirstOrDefault(space => space.Row.Fingerprint == fingerprint) is { } space
            ? new VectorSearch(_connection, _view, new VectorTable(space.Row.Id, space.Row.Dimensions), space.Collections)
            : null;

    private async ValueTask<T> RunAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            _connections.Forget(error);
            throw _connections.Named(error);
        }
    }

    /// <summary>A space of the view.</summary>
    /// <param name="Row">The space.</param>
    /// <param name="Collections">The collections with chunks embedded there, and how many.</param>
    private sealed record SpaceOfView(EmbeddingSpaceRow Row, IReadOnlyList<(long CollectionId, long ChunkCount)> Collections);
}
