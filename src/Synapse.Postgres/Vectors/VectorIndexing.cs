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
    private const string FindLarge = """
        SELECT spaces.space_id, embedding_spaces.dimensions, spaces.collection_id, spaces.chunk_count,
            (SELECT substring(option FROM 'lists=([0-9]+)')::int FROM unnest(current_class.reloptions) AS option WHERE option LIKE 'lists=%'),
            current_index.indisvalid, next_index.indisvalid, loading.is_loading
        FROM collection_spaces spaces
        JOIN embedding_spaces ON embedding_spaces.id = spaces.space_id
        LEFT JOIN pg_index current_index ON current_index.indexrelid = to_regclass(format('vectors_%s_of_%s', spaces.space_id, spaces.collection_id))
        LEFT JOIN pg_class current_class ON current_class.oid = current_index.indexrelid
        LEFT JOIN pg_index next_index ON next_index.indexrelid = to_regclass(format('vectors_%s_of_%s_next', spaces.space_id, spaces.collection_id))
        CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM jobs WHERE jobs.collection_id = spaces.collection_id AND jobs.state <= 1) AS is_loading) loading
        WHERE spaces.chunk_count >= $1 AND (spaces.chunk_count >= $2 OR NOT loading.is_loading)
        ORDER BY spaces.chunk_count
        """;

    /// <summary>Builds what is lacking.</summary>
    /// <returns>How many indexes were built.</returns>
    public async Task<int> BuildAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var built = 0;
        foreach (var large in await connection.ListAsync(FindLarge, [options.IndexedFrom, options.IndexedWhileLoadingFrom], Read, cancellationToken))
        {
            if (large.NeedsIndex(Lists(large)))
            {
                built += await BuildOneAsync(connection, large, cancellationToken) ? 1 : 0;
            }
        }

        return built;
    }

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

    private async Task<bool> BuildOneAsync(NpgsqlConnection connection, LargeCollection large, CancellationToken cancellationToken)
    {
        var key = LockClass | (large.Table.SpaceId << 20 ^ large.CollectionId) & uint.MaxValue;
        if (!await connection.FindAsync("SELECT pg_try_advisory_lock($1)", [key], static row => row.GetBoolean(0), cancellationToken))
        {
            return false;
        }

        var started = time.GetTimestamp();
        try
        {
            await RunAsync(connection, "SET statement_timeout = 0", cancellationToken);
            await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET maintenance_work_mem = '{options.IndexMemoryMegabytes}MB'"), cancellationToken);
            await ReplaceAsync(connection, large, cancellationToken);
            await RunAsync(connection, $"ANALYZE {large.Table.Name}", cancellationToken);
            LogBuilt(large.Table.SpaceId, large.CollectionId, time.GetElapsedTime(started).TotalSeconds);
            return true;
        }
        finally
        {
            if (connection.State is System.Data.ConnectionState.Open)
            {
                await RunAsync(connection, "RESET statement_timeout; RESET maintenance_work_mem; RESET max_parallel_maintenance_workers", CancellationToken.None);
                await connection.FindAsync("SELECT pg_advisory_unlock($1)", [key], static row => row.GetBoolean(0), CancellationToken.None);
            }
        }
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
