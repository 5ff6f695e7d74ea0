using Npgsql;
using Synapse.Embedding;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Catalogue;

/// <summary>An embedding space that collections point to, or pointed to.</summary>
/// <param name="Id">Key in the store.</param>
/// <param name="Space">The space.</param>
internal sealed record EmbeddingSpaceRow(long Id, EmbeddingSpace Space)
{
    private const string Columns = "SELECT s.id, s.model, s.dimensions, s.query_prefix, s.passage_prefix FROM embedding_spaces AS s";

    /// <summary>Numbers per embedding.</summary>
    public int Dimensions => Space.Dimensions;

    /// <summary>What makes embeddings comparable.</summary>
    public string Fingerprint => Space.Fingerprint;

    /// <summary>The space that a collection points to; null before its first.</summary>
    public static Task<EmbeddingSpaceRow?> FindOfAsync(NpgsqlConnection connection, long collectionId, CancellationToken cancellationToken)
        => connection.FindAsync($"{Columns} JOIN collections AS c ON c.space_id = s.id WHERE c.id = $1", [collectionId], Read, cancellationToken);

    /// <summary>All spaces, by id.</summary>
    public static Task<List<EmbeddingSpaceRow>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        => connection.ListAsync($"{Columns} ORDER BY s.id", [], Read, cancellationToken);

    /// <summary>Finds a space, or adds it. Several servers may do so at once.</summary>
    public static async Task<EmbeddingSpaceRow> GetAsync(NpgsqlConnection connection, EmbeddingSpace space, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            "INSERT INTO embedding_spaces(fingerprint, dimensions, model, query_prefix, passage_prefix) SELECT $1, $2, $3, $4, $5"
            + " WHERE NOT EXISTS(SELECT 1 FROM embedding_spaces WHERE fingerprint = $1) ON CONFLICT(fingerprint) DO NOTHING",
            [space.Fingerprint, space.Dimensions, space.Model, space.QueryPrefix, space.PassagePrefix],
            cancellationToken);
        return (await connection.FindAsync($"{Columns} WHERE s.fingerprint = $1", [space.Fingerprint], Read, cancellationToken))!;
    }

    private static EmbeddingSpaceRow Read(NpgsqlDataReader row)
        => new(row.GetInt64(0), new EmbeddingSpace(row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetString(4)));
}
