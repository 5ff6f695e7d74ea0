using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Vectors;

/// <summary>
/// Builds an index (HNSW) for each collection that has grown large, once its loading pauses: building it over all is several times cheaper than adding chunk by chunk.
/// Searches compare every chunk until it is there. One server at a time builds an index; what a killed build left is removed and built again.
/// </summary>
internal sealed partial class VectorIndexing(NpgsqlDataSource source, PostgresOptions options, TimeProvider time, ILogger logger)
{
    // "SYNV" in the upper half.
    private const long LockClass = 0x53594E56L << 32;

    /// <summary>Chunks of a collection from which on its index is built even while it is being loaded.</summary>
    private const int NotWaitingFrom = 1_000_000;

    // As the authors of HNSW and pgvector suggest for embeddings of texts.
    private const int Links = 16;
    private const int BuildCandidates = 64;

    private const string FindLacking = """
        SELECT spaces.space_id, spaces.collection_id, embedding_spaces.dimensions
        FROM collection_spaces spaces
        JOIN embedding_spaces ON embedding_spaces.id = spaces.space_id
        LEFT JOIN pg_index ON pg_index.indexrelid = to_regclass(format('vectors_%s_of_%s', spaces.space_id, spaces.collection_id))
        WHERE spaces.chunk_count >= $1 AND pg_index.indisvalid IS NOT TRUE
            AND (spaces.chunk_count >= $2 OR NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.collection_id = spaces.collection_id AND jobs.state <= 1))
        ORDER BY spaces.chunk_count
        """;

    private const string FindValidity = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)";

    // Nobody waits inside of the database for whoever builds: such a build waits for everyone who was at work before it.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Builds what is lacking.</summary>
    /// <returns>How many indexes were built.</returns>
    public async Task<int> BuildAsync(CancellationToken cancellationToken)
    {
        var built = 0;
        foreach (var (table, collectionId) in await ListLackingAsync(cancellationToken))
        {
            built += await BuildOneAsync(table, collectionId, isGentle: false, cancellationToken) ? 1 : 0;
        }

        return built;
    }

    /// <summary>Builds the index of one collection, or waits for whoever does so already.</summary>
    public async Task EnsureAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        while (!await HasValidAsync(table, collectionId, cancellationToken) && !await BuildOneAsync(table, collectionId, isGentle: true, cancellationToken))
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
                    await RunAsync(held.Connection, $"DROP INDEX CONCURRENTLY IF EXISTS {VectorTable.IndexNameOf(table.SpaceId, collectionId)}", cancellationToken);
                    return;
                }
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<List<(VectorTable Table, long CollectionId)>> ListLackingAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            FindLacking, [options.IndexedFrom, NotWaitingFrom], static row => (new VectorTable(row.GetInt64(0), row.GetInt32(2)), row.GetInt64(1)), cancellationToken);
    }

    private async Task<bool> HasValidAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.FindAsync(FindValidity, [VectorTable.IndexNameOf(table.SpaceId, collectionId)], static row => row.GetBoolean(0), cancellationToken);
    }

    private async Task<HeldLock?> TryTakeAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
        => await HeldLock.TryTakeAsync(
            await source.OpenConnectionAsync(cancellationToken), LockClass | (table.SpaceId << 20 ^ collectionId) & uint.MaxValue, cancellationToken);

    /// <returns>False when another builds it, or has built it by now.</returns>
    private async Task<bool> BuildOneAsync(VectorTable table, long collectionId, bool isGentle, CancellationToken cancellationToken)
    {
        await using var held = await TryTakeAsync(table, collectionId, cancellationToken);
        if (held is null)
        {
            return false;
        }

        var started = time.GetTimestamp();
        var connection = held.Connection;
        var name = VectorTable.IndexNameOf(table.SpaceId, collectionId);
        await RunAsync(connection, "SET statement_timeout = 0", cancellationToken);
        if (await connection.FindAsync(FindValidity, [name], static row => (bool?)row.GetBoolean(0), cancellationToken) is { } isValid)
        {
            if (isValid)
            {
                return false;
            }

            await RunAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {name}", cancellationToken);
        }

        await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET maintenance_work_mem = '{options.IndexMemoryMegabytes}MB'"), cancellationToken);
        if (isGentle)
        {
            // Searches have an index meanwhile, and nobody waits for this one: it takes one processor and leaves them the others.
            await RunAsync(connection, "SET max_parallel_maintenance_workers = 0", cancellationToken);
        }

        await CreateAsync(connection, table, collectionId, name, cancellationToken);
        await RunAsync(connection, $"ANALYZE {table.Name}", cancellationToken);
        LogBuilt(table.SpaceId, collectionId, time.GetElapsedTime(started).TotalSeconds);
        return true;
    }

    private static async Task CreateAsync(NpgsqlConnection connection, VectorTable table, long collectionId, string name, CancellationToken cancellationToken)
    {
        var column = table.Dimensions <= VectorSearch.MostIndexedDimensions
            ? "embedding halfvec_cosine_ops"
            : string.Create(CultureInfo.InvariantCulture, $"(binary_quantize(embedding)::bit({table.Dimensions})) bit_hamming_ops");
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $"CREATE INDEX CONCURRENTLY {name} ON {table.Name} USING hnsw ({column}) WITH (m = {Links}, ef_construction = {BuildCandidates}) WHERE collection_id = {collectionId}");
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
}
