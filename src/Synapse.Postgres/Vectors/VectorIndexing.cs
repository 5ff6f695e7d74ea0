using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Vectors;

/// <summary>
/// Builds an index (IVFFlat) for each collection that has grown large, and a new one when it has grown far beyond that. Searches compare every chunk, or use the old index, until it is
/// there. One server at a time builds an index; what a killed build left is taken up or removed.
/// </summary>
internal sealed partial class VectorIndexing(NpgsqlDataSource source, PostgresOptions options, TimeProvider time, ILogger logger)
{
    // "SYNV" in the upper half.
    private const long LockClass = 0x53594E56L << 32;

    // Each collection that is large in a space, with its index as it is: null where there is none, and no lists where it is of another kind.
    private const string FindIndexes = """
        SELECT spaces.space_id, embedding_spaces.dimensions, spaces.collection_id, spaces.chunk_count,
            (SELECT substring(option FROM 'lists=([0-9]+)')::int FROM unnest(current_class.reloptions) AS option WHERE option LIKE 'lists=%'),
            current_index.indisvalid, next_index.indisvalid, loading.is_loading
        FROM spaces
        JOIN embedding_spaces ON embedding_spaces.id = spaces.space_id
        LEFT JOIN pg_index current_index ON current_index.indexrelid = to_regclass(format('vectors_%s_of_%s', spaces.space_id, spaces.collection_id))
        LEFT JOIN pg_class current_class ON current_class.oid = current_index.indexrelid
        LEFT JOIN pg_index next_index ON next_index.indexrelid = to_regclass(format('vectors_%s_of_%s_next', spaces.space_id, spaces.collection_id))
        CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM jobs WHERE jobs.collection_id = spaces.collection_id AND jobs.state <= 1) AS is_loading) loading
        """;

    private const string FindLarge = $"""
        WITH spaces AS (SELECT space_id, collection_id, chunk_count FROM collection_spaces WHERE chunk_count >= $1)
        {FindIndexes} WHERE spaces.chunk_count >= $2 OR NOT loading.is_loading
        ORDER BY spaces.chunk_count
        """;

    // Of a shadow space nothing is counted there: it has all chunks when its index is asked for.
    private const string FindOne = $"""
        WITH spaces AS (
            SELECT $1::bigint AS space_id, collections.id AS collection_id, coalesce(searched.chunk_count, collections.chunk_count) AS chunk_count
            FROM collections LEFT JOIN collection_spaces searched ON searched.collection_id = collections.id AND searched.space_id = $1
            WHERE collections.id = $2)
        {FindIndexes}
        """;

    // Nobody waits inside of the database for whoever builds: such a build waits for everyone who was at work before it.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Builds what is lacking.</summary>
    /// <returns>How many indexes were built.</returns>
    public async Task<int> BuildAsync(CancellationToken cancellationToken)
    {
        var built = 0;
        foreach (var large in await ListLargeAsync(cancellationToken))
        {
            if (large.NeedsIndex(Lists(large)))
            {
                built += await BuildOneAsync(large.Table, large.CollectionId, cancellationToken) ? 1 : 0;
            }
        }

        return built;
    }

    /// <summary>Builds the index of one collection in a space, whether that is searched or not, or waits for whoever does so already.</summary>
    public async Task EnsureAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        while (await NeedsIndexAsync(table, collectionId, cancellationToken) && !await BuildOneAsync(table, collectionId, cancellationToken))
        {
            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Drops the index of one collection where there is one. No search waits for it.</summary>
    public async Task DropAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using (var held = await TryTakeAsync(table, collectionId, cancellationToken))
            {
                if (held is not null)
                {
                    await RunAsync(held.Connection, "SET statement_timeout = 0", cancellationToken);
                    await RunAsync(held.Connection, $"DROP INDEX CONCURRENTLY IF EXISTS {VectorTable.NextIndexNameOf(table.SpaceId, collectionId)}", cancellationToken);
                    await RunAsync(held.Connection, $"DROP INDEX CONCURRENTLY IF EXISTS {VectorTable.IndexNameOf(table.SpaceId, collectionId)}", cancellationToken);
                    return;
                }
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<List<LargeCollection>> ListLargeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(FindLarge, [options.IndexedFrom, options.IndexedWhileLoadingFrom], Read, cancellationToken);
    }

    private async Task<bool> NeedsIndexAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await FindLackingAsync(connection, table, collectionId, cancellationToken) is not null;
    }

    /// <returns>The collection, when it needs another index than it has.</returns>
    private async Task<LargeCollection?> FindLackingAsync(NpgsqlConnection connection, VectorTable table, long collectionId, CancellationToken cancellationToken)
        => await connection.FindAsync(FindOne, [table.SpaceId, collectionId], Read, cancellationToken) is { } found && found.NeedsIndex(Lists(found)) ? found : null;

    private async Task<HeldLock?> TryTakeAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
        => await HeldLock.TryTakeAsync(
            await source.OpenConnectionAsync(cancellationToken), LockClass | (table.SpaceId << 20 ^ collectionId) & uint.MaxValue, cancellationToken);

    private static LargeCollection Read(NpgsqlDataReader row) => new(
        new VectorTable(row.GetInt64(0), row.GetInt32(1)),
        row.GetInt64(2),
        row.GetInt64(3),
        row.IsDBNull(5) ? null : new IndexState(row.GetBoolean(5), row.IsDBNull(4) ? null : row.GetInt32(4)),
        row.IsDBNull(6) ? null : row.GetBoolean(6),
        row.GetBoolean(7));

    private static string Column(VectorTable table) => table.HoldsSigns
        ? string.Create(CultureInfo.InvariantCulture, $"(binary_quantize(embedding)::bit({table.Dimensions})) bit_hamming_ops")
        : "embedding halfvec_cosine_ops";

    private int Lists(LargeCollection large) => VectorLists.For(large.ChunkCount, large.Table.IndexedBytes, options.IndexMemoryMegabytes);

    /// <returns>False when another builds it, or has built it by now.</returns>
    private async Task<bool> BuildOneAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        await using var held = await TryTakeAsync(table, collectionId, cancellationToken);
        if (held is null)
        {
            return false;
        }

        var started = time.GetTimestamp();
        var connection = held.Connection;
        if (await FindLackingAsync(connection, table, collectionId, cancellationToken) is not { } large)
        {
            return false;
        }

        await RunAsync(connection, "SET statement_timeout = 0", cancellationToken);
        await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET maintenance_work_mem = '{options.IndexMemoryMegabytes}MB'"), cancellationToken);
        await ReplaceAsync(connection, large, cancellationToken);
        await RunAsync(connection, $"ANALYZE {table.Name}", cancellationToken);
        LogBuilt(table.SpaceId, collectionId, time.GetElapsedTime(started).TotalSeconds);
        return true;
    }

    /// <summary>Builds the new index beside the old one, which is used and kept up until then. Whatever step is the last before a crash, the next run goes on from there: which index serves a search is no matter of its name.</summary>
    private async Task ReplaceAsync(NpgsqlConnection connection, LargeCollection large, CancellationToken cancellationToken)
    {
        var (current, next) = (VectorTable.IndexNameOf(large.Table.SpaceId, large.CollectionId), VectorTable.NextIndexNameOf(large.Table.SpaceId, large.CollectionId));
        if (large.IsNextValid is not true)
        {
            if (large.IsNextValid is false)
            {
                await RunAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {next}", cancellationToken);
            }

            await CreateAsync(connection, large, next, cancellationToken);
        }

        if (large.Current is not null)
        {
            await RunAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {current}", cancellationToken);
        }

        await RunAsync(connection, $"ALTER INDEX IF EXISTS {next} RENAME TO {current}", cancellationToken);
    }

    private async Task CreateAsync(NpgsqlConnection connection, LargeCollection large, string name, CancellationToken cancellationToken)
    {
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $"CREATE INDEX CONCURRENTLY {name} ON {large.Table.Name} USING ivfflat ({Column(large.Table)}) WITH (lists = {Lists(large)}) WHERE collection_id = {large.CollectionId}");
        try
        {
            await RunAsync(connection, sql, cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory)
        {
            // Workers share their memory through a device that containers often keep small; one process alone does not need it.
            await RunAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {name}", cancellationToken);
            await RunAsync(connection, "SET max_parallel_maintenance_workers = 0", cancellationToken);
            await RunAsync(connection, sql, cancellationToken);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // Takes as long as it takes.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Built the vector index of collection {CollectionId} in space {SpaceId} in {Seconds:0.0} s")]
    private partial void LogBuilt(long spaceId, long collectionId, double seconds);

    /// <param name="IsValid">Whether it was built to its end.</param>
    /// <param name="Lists">Its lists; null when it is of another kind.</param>
    private sealed record IndexState(bool IsValid, int? Lists);

    /// <param name="Table">The embeddings of the space.</param>
    /// <param name="CollectionId">The collection.</param>
    /// <param name="ChunkCount">Its chunks in that space.</param>
    /// <param name="Current">Its index; null for none.</param>
    /// <param name="IsNextValid">Whether the index that is to take the place of that one was built to its end; null for none.</param>
    /// <param name="IsLoading">Whether more is to come.</param>
    private sealed record LargeCollection(VectorTable Table, long CollectionId, long ChunkCount, IndexState? Current, bool? IsNextValid, bool IsLoading)
    {
        public bool NeedsIndex(int wanted)
            => IsNextValid is not null || Current is not { IsValid: true, Lists: { } lists } || VectorLists.IsOutgrown(lists, wanted, IsLoading);
    }
}
