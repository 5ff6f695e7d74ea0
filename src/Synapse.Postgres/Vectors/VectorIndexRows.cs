using System.Globalization;
using Npgsql;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Ingestion;

namespace Synapse.Postgres.Vectors;

/// <summary>
/// The rows that say which vector indexes are searched. An index is built without a row, gets one when it is whole, and loses it before it is dropped: an index without a row
/// was left by a build that ended early, or another took its place.
/// </summary>
internal static class VectorIndexRows
{
    // Chunks per second from which on loading is faster than a build on the processor or two that it would have.
    private const int FastFrom = 2_500;

    // What a search would use and the server would not; and what comes after it, so that there is no gap before a range.
    private const string ForgetBroken = """
        DELETE FROM vector_indexes AS v USING vector_indexes AS b LEFT JOIN pg_index ON pg_index.indexrelid = to_regclass(b.name)
        WHERE pg_index.indisvalid IS NOT TRUE AND v.collection_id = b.collection_id AND v.space_id = b.space_id AND v.up_to >= b.up_to
        """;

    private const string FindNames = """
        SELECT c.relname::text, EXISTS (SELECT 1 FROM vector_indexes AS v WHERE v.name = c.relname::text)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'i' AND starts_with(c.relname::text, $1)
        """;

    private const string Replace = "DELETE FROM vector_indexes WHERE collection_id = $1 AND space_id = $2 AND up_to > $3";

    private const string Add = """
        INSERT INTO vector_indexes(collection_id, space_id, up_to, name, chunk_count)
        SELECT $1, $2, $4, $5, coalesce(sum(chunk_count), 0) FROM documents WHERE collection_id = $1 AND id > $3 AND id <= $4 AND $2 IN (space_id, second_space_id)
        """;

    private const string Count = """
        UPDATE vector_indexes AS v SET chunk_count = v.chunk_count - gone.chunks
        FROM (
            SELECT (SELECT min(i.up_to) FROM vector_indexes AS i WHERE i.collection_id = $1 AND i.space_id = $2 AND i.up_to >= r.id) AS up_to, sum(r.chunks) AS chunks
            FROM unnest($3::bigint[], $4::int[]) AS r(id, chunks) GROUP BY 1) AS gone
        WHERE v.collection_id = $1 AND v.space_id = $2 AND v.up_to = gone.up_to
        """;

    private static readonly string s_list = $"""
        SELECT s.chunk_count, {Pace("s.collection_id")}, {Ranges("s.space_id", "s.collection_id")}, s.space_id, s.collection_id, e.dimensions
        FROM collection_spaces AS s JOIN embedding_spaces AS e ON e.id = s.space_id WHERE s.chunk_count >= $1 ORDER BY s.chunk_count
        """;

    // A shadow space is counted with the switch.
    private static readonly string s_find = $"""
        SELECT coalesce((SELECT chunk_count FROM collection_spaces WHERE collection_id = $2 AND space_id = $1),
            (SELECT chunks_done FROM model_switches WHERE collection_id = $2 AND $1 IN (from_space_id, to_space_id)), 0), {Pace("$2")}, {Ranges("$1", "$2")}
        """;

    /// <summary>The ranges of one collection in one space, as two columns of a query.</summary>
    /// <param name="space">Where the query has the space.</param>
    /// <param name="collection">Where it has the collection.</param>
    public static string Ranges(string space, string collection)
    {
        string Array(string column) => $"ARRAY(SELECT v.{column} FROM vector_indexes AS v WHERE v.collection_id = {collection} AND v.space_id = {space} ORDER BY v.up_to)";
        return $"{Array("up_to")}, {Array("chunk_count")}";
    }

    /// <summary>Reads the two columns.</summary>
    public static IReadOnlyList<IndexedRange> ReadRanges(NpgsqlDataReader row, int column)
        => [.. row.GetFieldValue<long[]>(column).Zip(row.GetFieldValue<long[]>(column + 1), static (upTo, count) => new IndexedRange(upTo, count))];

    /// <summary>Lists what of each large collection is indexed in the space that is searched, smallest first.</summary>
    public static async Task<List<IndexState>> ListAsync(NpgsqlConnection connection, int indexedFrom, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(ForgetBroken, [], cancellationToken);
        return await connection.ListAsync(
            s_list, [indexedFrom], static row => Read(row, new VectorTable(row.GetInt64(4), row.GetInt32(6)), row.GetInt64(5)), cancellationToken);
    }

    /// <summary>Reads what of one collection is indexed in a space.</summary>
    public static async Task<IndexState> FindAsync(NpgsqlConnection connection, VectorTable table, long collectionId, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(ForgetBroken, [], cancellationToken);
        return (await connection.FindAsync(s_find, [table.SpaceId, collectionId], row => Read(row, table, collectionId), cancellationToken))!;
    }

    /// <summary>Lists the indexes that a collection has in a space.</summary>
    /// <returns>Their names, each with whether it is searched.</returns>
    public static Task<List<(string Name, bool IsSearched)>> ListNamesAsync(NpgsqlConnection connection, long spaceId, long collectionId, CancellationToken cancellationToken)
        => connection.ListAsync(FindNames, [Prefix(spaceId, collectionId)], static row => (row.GetString(0), row.GetBoolean(1)), cancellationToken);

    /// <summary>Name of the index of a range.</summary>
    public static string NameOf(long spaceId, long collectionId, long above, long upTo) => string.Create(CultureInfo.InvariantCulture, $"{Prefix(spaceId, collectionId)}{above}_{upTo}");

    /// <summary>Lets an index be searched, in the place of all whose ranges it holds.</summary>
    /// <returns>False when the collection is gone.</returns>
    public static async Task<bool> PutAsync(NpgsqlConnection connection, VectorTable table, long collectionId, long above, long upTo, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Nobody adds to the collection or removes from it while it is counted.
        if (!await LibraryChanges.LockCollectionAsync(connection, collectionId, toRemove: false, cancellationToken))
        {
            return false;
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Replace, collectionId, table.SpaceId, above);
        batch.Add(Add, collectionId, table.SpaceId, above, upTo, NameOf(table.SpaceId, collectionId, above, upTo));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Lets none of a collection's indexes in a space be searched.</summary>
    public static Task ForgetAsync(NpgsqlConnection connection, long spaceId, long collectionId, CancellationToken cancellationToken)
        => connection.ExecuteAsync(Replace, [collectionId, spaceId, -1L], cancellationToken);

    /// <summary>Takes removed documents out of the counts.</summary>
    public static void TakeOut(NpgsqlBatch batch, long spaceId, long collectionId, IReadOnlyCollection<RemovedDocument> documents)
        => batch.Add(Count, collectionId, spaceId, documents.Select(static document => document.DocumentId).ToArray(), documents.Select(static document => document.ChunkCount).ToArray());

    private static string Prefix(long spaceId, long collectionId) => string.Create(CultureInfo.InvariantCulture, $"{VectorTable.NameOf(spaceId)}_of_{collectionId}_");

    // A job that waits for its turn will soon be at work.
    private static string Pace(string collection) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        CASE WHEN NOT EXISTS (SELECT 1 FROM jobs AS j WHERE j.collection_id = {collection} AND j.state <= 1) THEN {(int)LoadPace.None}
            WHEN EXISTS (SELECT 1 FROM jobs AS j WHERE j.collection_id = {collection}
                AND (j.state = 0 OR j.state = 1 AND j.chunks_stored > {FastFrom} * extract(epoch FROM clock_timestamp() - j.started_at))) THEN {(int)LoadPace.Fast}
            ELSE {(int)LoadPace.Slow} END
        """);

    private static IndexState Read(NpgsqlDataReader row, VectorTable table, long collectionId)
        => new(table, collectionId, row.GetInt64(0), (LoadPace)row.GetInt32(1), ReadRanges(row, 2));
}
