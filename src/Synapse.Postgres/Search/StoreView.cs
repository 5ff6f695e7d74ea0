using Npgsql;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Vectors;

namespace Synapse.Postgres.Search;

/// <summary>
/// What one search sees: a connection in a read-only transaction on one snapshot of the database. Commits made since are not in it, and nobody waits for it.
/// </summary>
internal sealed class StoreView : IAsyncDisposable
{
    private static readonly string s_collections =
        $"SELECT id, version FROM collections WHERE {Commands.Within("id", "$1")} AND {Commands.Within("id", "$2")} ORDER BY id";

    private static readonly string s_spaces =
        $"SELECT s.id, s.model, s.dimensions, s.query_prefix, s.passage_prefix, c.collection_id, c.chunk_count, {VectorIndexRows.Ranges("s.id", "c.collection_id")}"
        + " FROM collection_spaces AS c JOIN embedding_spaces AS s ON s.id = c.space_id"
        + $" WHERE {Commands.Within("c.collection_id", "$1")} AND {Commands.Within("c.collection_id", "$2")} ORDER BY s.id, c.collection_id";

    // The switch says that there is one; where nothing is embedded yet, there is no space.
    private const string Shadowed = "SELECT c.id, c.version FROM collections AS c JOIN model_switches AS m ON m.collection_id = c.id WHERE c.id = $1";

    private static readonly string s_shadowSpaces = $"""
        SELECT s.id, s.model, s.dimensions, s.query_prefix, s.passage_prefix, m.collection_id, m.chunks_done, {VectorIndexRows.Ranges("s.id", "m.collection_id")}
        FROM model_switches AS m JOIN embedding_spaces AS s ON s.id = CASE m.state WHEN 2 THEN m.from_space_id ELSE m.to_space_id END WHERE m.collection_id = $1
        """;

    private readonly StoreConnections _connections;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly SemaphoreSlim _turn = new(1, 1);

    private StoreView(
        StoreConnections connections, NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<ViewedCollection> collections, IReadOnlyList<ViewedSpace> spaces)
    {
        _connections = connections;
        _connection = connection;
        _transaction = transaction;
        Collections = collections;
        Spaces = spaces;
    }

    /// <summary>The collections of the view, by id.</summary>
    public IReadOnlyList<ViewedCollection> Collections { get; }

    /// <summary>The spaces of their chunks, by id.</summary>
    public IReadOnlyList<ViewedSpace> Spaces { get; }

    /// <summary>The space that is looked at in the place of the one that is searched; null in a view of what is searched.</summary>
    public long? ShadowSpaceId { get; private init; }

    /// <summary>Name of the store, for messages.</summary>
    public string StoreName => _connections.Name;

    /// <summary>Opens a view of the last commit.</summary>
    /// <param name="connections">The database.</param>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="collectionIds">The collections to look at; null for all of the scope.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static Task<StoreView> OpenAsync(StoreConnections connections, AccessScope scope, IReadOnlyList<long>? collectionIds, CancellationToken cancellationToken)
        => connections.OpenAsync(
            async (connection, token) =>
            {
                object?[] values = [Commands.Ids(scope), collectionIds?.ToArray()];
                var (transaction, collections, spaces) = await BeginAsync(connection, s_collections, s_spaces, values, token);
                return new StoreView(connections, connection, transaction, collections, spaces);
            },
            cancellationToken);

    /// <summary>Opens a view of one collection in its shadow space.</summary>
    /// <param name="connections">The database.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Null when the collection has none.</returns>
    public static async Task<StoreView?> TryOpenShadowAsync(StoreConnections connections, long collectionId, CancellationToken cancellationToken)
    {
        var view = await connections.OpenAsync(
            async (connection, token) =>
            {
                var (transaction, collections, spaces) = await BeginAsync(connection, Shadowed, s_shadowSpaces, [collectionId], token);
                return new StoreView(
                    connections, connection, transaction, collections, [.. spaces.Where(static space => space.Collections.All(static collection => collection.ChunkCount > 0))])
                {
                    ShadowSpaceId = spaces.FirstOrDefault()?.Space.Id,
                };
            },
            cancellationToken);
        if (view.ShadowSpaceId is not null)
        {
            return view;
        }

        await view.DisposeAsync();
        return null;
    }

    /// <summary>Reads in the view. One caller at a time: others wait for their turn.</summary>
    /// <exception cref="Errors.SynapseException">The database cannot be read; the view is of no more use.</exception>
    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await _connections.NamingFaultsAsync(() => work(_connection, cancellationToken));
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        _turn.Dispose();
    }

    private static async Task<(NpgsqlTransaction Transaction, List<ViewedCollection> Collections, List<ViewedSpace> Spaces)> BeginAsync(
        NpgsqlConnection connection, string collectionsSql, string spacesSql, object?[] values, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        // With the beginning of the transaction, one trip.
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("SET TRANSACTION READ ONLY");
        batch.Add(collectionsSql, values);
        batch.Add(spacesSql, values);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var collections = new List<ViewedCollection>();
        while (await reader.ReadAsync(cancellationToken))
        {
            collections.Add(new ViewedCollection(reader.GetInt64(0), reader.GetInt64(1)));
        }

        await reader.NextResultAsync(cancellationToken);
        return (transaction, collections, await ReadSpacesAsync(reader, cancellationToken));
    }

    private static async Task<List<ViewedSpace>> ReadSpacesAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<(EmbeddingSpaceRow Space, ViewedVectors Vectors)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((
                new EmbeddingSpaceRow(reader.GetInt64(0), new EmbeddingSpace(reader.GetString(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4))),
                new ViewedVectors(reader.GetInt64(5), reader.GetInt64(6), VectorIndexRows.ReadRanges(reader, 7))));
        }

        return [.. rows.GroupBy(row => row.Space, row => row.Vectors).Select(group => new ViewedSpace(group.Key, [.. group]))];
    }
}
