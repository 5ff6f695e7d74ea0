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
        SELECT spaces.space_id, spaces.collection_id, embedding_spaces.dimensions, pg_index.indisvalid
        FROM collection_spaces spaces
        JOIN embedding_spaces ON embedding_spaces.id = spaces.space_id
        LEFT JOIN pg_index ON pg_index.indexrelid = to_regclass(format('vectors_%s_of_%s', spaces.space_id, spaces.collection_id))
        WHERE spaces.chunk_count >= $1 AND pg_index.indisvalid IS NOT TRUE
            AND (spaces.chunk_count >= $2 OR NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.collection_id = spaces.collection_id AND jobs.state <= 1))
        ORDER BY spaces.chunk_count
        """;

    /// <summary>Builds what is lacking.</summary>
    /// <returns>How many indexes were built.</returns>
    public async Task<int> BuildAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var lacking = await connection.ListAsync(
            FindLacking,
            [options.IndexedFrom, NotWaitingFrom],
            static row => (Table: new VectorTable(row.GetInt64(0), row.GetInt32(2)), CollectionId: row.GetInt64(1), IsBroken: !row.IsDBNull(3)),
            cancellationToken);
        var built = 0;
        foreach (var (table, collectionId, isBroken) in lacking)
        {
            built += await BuildOneAsync(connection, table, collectionId, isBroken, cancellationToken) ? 1 : 0;
        }

        return built;
    }

    private async Task<bool> BuildOneAsync(NpgsqlConnection connection, VectorTable table, long collectionId, bool isBroken, CancellationToken cancellationToken)
    {
        var name = VectorTable.IndexNameOf(table.SpaceId, collectionId);
        var key = LockClass | (table.SpaceId << 20 ^ collectionId) & uint.MaxValue;
        if (!await connection.FindAsync("SELECT pg_try_advisory_lock($1)", [key], static row => row.GetBoolean(0), cancellationToken))
        {
            return false;
        }

        var started = time.GetTimestamp();
        try
        {
            await RunAsync(connection, "SET statement_timeout = 0", cancellationToken);
            if (isBroken)
            {
                await RunAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {name}", cancellationToken);
            }

            await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET maintenance_work_mem = '{options.IndexMemoryMegabytes}MB'"), cancellationToken);
            await CreateAsync(connection, table, collectionId, name, cancellationToken);
            await RunAsync(connection, $"ANALYZE {table.Name}", cancellationToken);
            LogBuilt(table.SpaceId, collectionId, time.GetElapsedTime(started).TotalSeconds);
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
