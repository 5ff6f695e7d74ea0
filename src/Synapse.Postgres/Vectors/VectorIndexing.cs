using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Vectors;

/// <summary>
/// Builds vector indexes (HNSW) of large collections, each over a range of documents: what comes later is compared chunk by chunk until it is worth an index of its own, so that
/// loading never waits for a graph. One server at a time builds for a collection; what a build left that ended early is taken away by the next.
/// </summary>
internal sealed partial class VectorIndexing(NpgsqlDataSource source, PostgresOptions options, TimeProvider time, ILogger logger)
{
    // "SYNV" in the upper half.
    private const long LockClass = 0x53594E56L << 32;

    // As the authors of HNSW and pgvector suggest for embeddings of texts.
    private const int Links = 16;
    private const int BuildCandidates = 64;

    /// <summary>So many times as many fresh chunks as are worth an index slow searches down: then the build takes the processors that it can get.</summary>
    private const int HurriedFactor = 10;

    // Nobody waits inside of the database for whoever builds: such a build waits for everyone who was at work before it.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private bool _buildsAlone;

    /// <summary>Builds what is worth it.</summary>
    public async Task BuildAsync(CancellationToken cancellationToken)
    {
        foreach (var state in await ListAsync(cancellationToken))
        {
            await using var held = await TryTakeAsync(state.Table, state.CollectionId, cancellationToken);
            while (held is not null && await BuildOneAsync(held.Connection, state.Table, state.CollectionId, LoadPace.Fast, cancellationToken))
            {
            }
        }
    }

    /// <summary>Builds what a collection lacks before it can be searched in a space as fast as in any other, or waits for whoever does so already.</summary>
    public async Task EnsureAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        await using var held = await TakeAsync(table, collectionId, cancellationToken);

        // Whatever is being added: a switch does not wait for the end of it.
        while (await BuildOneAsync(held.Connection, table, collectionId, LoadPace.None, cancellationToken))
        {
        }
    }

    /// <summary>Drops the indexes of one collection in a space. No search waits for it.</summary>
    public async Task DropAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        await using var held = await TakeAsync(table, collectionId, cancellationToken);
        await VectorIndexRows.ForgetAsync(held.Connection, table.SpaceId, collectionId, cancellationToken);
        await DropLeftoversAsync(held.Connection, table, collectionId, cancellationToken);
    }

    private async Task<HeldLock> TakeAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryTakeAsync(table, collectionId, cancellationToken) is { } held)
            {
                return held;
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<IndexState>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return (await VectorIndexRows.ListAsync(connection, options.IndexedFrom, cancellationToken)).FindAll(state => state.Choose(options.IndexedFrom) is not null);
    }

    private async Task<HeldLock?> TryTakeAsync(VectorTable table, long collectionId, CancellationToken cancellationToken)
        => await HeldLock.TryTakeAsync(
            await source.OpenConnectionAsync(cancellationToken), LockClass | (table.SpaceId << 20 ^ collectionId) & uint.MaxValue, cancellationToken);

    /// <param name="connection">Holds the lock.</param>
    /// <param name="table">The embeddings.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="fastest">How fast documents may come at most, whatever the jobs say.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Whether an index was built.</returns>
    private async Task<bool> BuildOneAsync(NpgsqlConnection connection, VectorTable table, long collectionId, LoadPace fastest, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var state = await VectorIndexRows.FindAsync(connection, table, collectionId, cancellationToken);
        state = state with { Pace = (LoadPace)Math.Min((int)state.Pace, (int)fastest) };
        if (state.Choose(options.IndexedFrom) is not { } kept || await FindLastAsync(connection, table, collectionId, cancellationToken) is not { } upTo)
        {
            return false;
        }

        var above = kept == 0 ? 0 : state.Ranges[kept - 1].UpTo;
        await DropLeftoversAsync(connection, table, collectionId, cancellationToken);
        await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SET maintenance_work_mem = '{options.IndexMemoryMegabytes}MB'"), cancellationToken);
        // Where searches do well meanwhile, nobody waits: the build takes one processor and leaves them the others.
        var isGentle = _buildsAlone || fastest == LoadPace.None || state.Ranges.Count > 0 && state.Fresh < (long)HurriedFactor * options.IndexedFrom;
        await RunAsync(connection, isGentle ? "SET max_parallel_maintenance_workers = 0" : "RESET max_parallel_maintenance_workers", cancellationToken);
        await CreateAsync(connection, table, collectionId, above, upTo, cancellationToken);
        await RunAsync(connection, $"ANALYZE {table.Name}", cancellationToken);
        var isThere = await VectorIndexRows.PutAsync(connection, table, collectionId, above, upTo, cancellationToken);
        await DropLeftoversAsync(connection, table, collectionId, cancellationToken);
        if (isThere)
        {
            LogBuilt(table.SpaceId, collectionId, state.Fresh, state.Ranges.Count - kept, time.GetElapsedTime(started).TotalSeconds);
        }

        return isThere;
    }

    private static Task<long?> FindLastAsync(NpgsqlConnection connection, VectorTable table, long collectionId, CancellationToken cancellationToken)
        => connection.FindAsync($"SELECT max(document_id) FROM {table.Name} WHERE collection_id = $1", [collectionId], static row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0), cancellationToken);

    private static async Task DropLeftoversAsync(NpgsqlConnection connection, VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        await RunAsync(connection, "SET statement_timeout = 0", cancellationToken);
        foreach (var (name, isSearched) in await VectorIndexRows.ListNamesAsync(connection, table.SpaceId, collectionId, cancellationToken))
        {
            if (!isSearched)
            {
                await RunAsync(connection, $"DROP INDEX CONCURRENTLY IF EXISTS {name}", cancellationToken);
            }
        }
    }

    private async Task CreateAsync(NpgsqlConnection connection, VectorTable table, long collectionId, long above, long upTo, CancellationToken cancellationToken)
    {
        var name = VectorIndexRows.NameOf(table.SpaceId, collectionId, above, upTo);
        var column = table.Dimensions <= VectorSearch.MostIndexedDimensions
            ? "embedding halfvec_cosine_ops"
            : string.Create(CultureInfo.InvariantCulture, $"(binary_quantize(embedding)::bit({table.Dimensions})) bit_hamming_ops");
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $"CREATE INDEX CONCURRENTLY {name} ON {table.Name} USING hnsw ({column}) WITH (m = {Links}, ef_construction = {BuildCandidates}) WHERE {VectorTable.WithinRange(collectionId, above, upTo)}");
        try
        {
            await RunAsync(connection, sql, cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory)
        {
            // Workers share their memory through a device that containers often keep small, and one process alone does not need it: the next try is made without them.
            _buildsAlone = true;
            throw;
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // Takes as long as it takes.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Built a vector index of collection {CollectionId} in space {SpaceId} over {Fresh} new chunks and {Ranges} ranges before them in {Seconds:0.0} s")]
    private partial void LogBuilt(long spaceId, long collectionId, long fresh, int ranges, double seconds);
}
