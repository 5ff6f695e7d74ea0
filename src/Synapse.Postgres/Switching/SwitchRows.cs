using System.Text.Json;
using Npgsql;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Postgres.Connections;
using Synapse.Switching;

namespace Synapse.Postgres.Switching;

/// <summary>The rows of switches. Whoever changes their counts has locked the collection.</summary>
internal static class SwitchRows
{
    private const string Select = """
        SELECT m.collection_id, m.from_space_id, m.to_space_id, m.state, m.wish, m.started_at, m.switched_at, m.comparison, m.error,
            c.document_count, m.documents_done, c.chunk_count, m.chunks_done, CASE m.state WHEN 2 THEN m.from_refused ELSE m.to_refused END,
            f.model, f.dimensions, f.query_prefix, f.passage_prefix, t.model, t.dimensions, t.query_prefix, t.passage_prefix
        FROM model_switches AS m JOIN collections AS c ON c.id = m.collection_id
            JOIN embedding_spaces AS f ON f.id = m.from_space_id JOIN embedding_spaces AS t ON t.id = m.to_space_id
        """;

    private static readonly string s_list = $"{Select} WHERE {Commands.Within("m.collection_id", "$1")} ORDER BY m.collection_id";

    private static readonly string s_wish = $"UPDATE model_switches SET wish = $3 WHERE collection_id = $2 AND {Commands.Within("collection_id", "$1")}";

    public static Task<List<SwitchRow>> ListAsync(NpgsqlConnection connection, AccessScope scope, CancellationToken cancellationToken)
        => connection.ListAsync(s_list, [Commands.Ids(scope)], Read, cancellationToken);

    public static Task<SwitchRow?> FindAsync(NpgsqlConnection connection, AccessScope scope, long collectionId, CancellationToken cancellationToken)
        => connection.FindAsync($"{Select} WHERE m.collection_id = $2 AND {Commands.Within("m.collection_id", "$1")}", [Commands.Ids(scope), collectionId], Read, cancellationToken);

    /// <returns>How many switches there are to wish for: one, or none.</returns>
    public static Task<int> WishAsync(NpgsqlConnection connection, AccessScope scope, long collectionId, SwitchWish wish, CancellationToken cancellationToken)
        => connection.ExecuteAsync(s_wish, [Commands.Ids(scope), collectionId, wish], cancellationToken);

    public static Task<int> NoteAsync(
        NpgsqlConnection connection, long collectionId, bool isReady, SwitchComparison? comparison, string? error, CancellationToken cancellationToken)
        => connection.ExecuteAsync(
            "UPDATE model_switches SET state = CASE WHEN state = 2 THEN state ELSE $2 END, comparison = coalesce($3::text, comparison), error = $4::text WHERE collection_id = $1",
            [
                collectionId,
                isReady ? SwitchState.Ready : SwitchState.Filling,
                comparison is null ? null : JsonSerializer.Serialize(comparison, SwitchJson.Default.SwitchComparison),
                error is null ? null : Commands.Storable(error),
            ],
            cancellationToken);

    /// <summary>Changes how many documents are embedded in the shadow space.</summary>
    public static void ChangeCounts(NpgsqlBatch batch, long collectionId, long documents, long chunks)
        => batch.Add(
            "UPDATE model_switches SET documents_done = documents_done + $2, chunks_done = chunks_done + $3 WHERE collection_id = $1", collectionId, documents, chunks);

    /// <summary>Changes how many documents the model of a space refused.</summary>
    public static void ChangeRefused(NpgsqlBatch batch, long collectionId, long spaceId, long documents)
        => batch.Add(
            "UPDATE model_switches SET from_refused = from_refused + CASE from_space_id WHEN $2 THEN $3 ELSE 0 END, to_refused = to_refused + CASE to_space_id WHEN $2 THEN $3 ELSE 0 END"
            + " WHERE collection_id = $1",
            collectionId,
            spaceId,
            documents);

    private static SwitchRow Read(NpgsqlDataReader row)
        => new(
            new ModelSwitch(
                row.GetInt64(0),
                ReadSpace(row, 14),
                ReadSpace(row, 18),
                (SwitchState)row.GetInt16(3),
                (SwitchWish)row.GetInt16(4),
                new SwitchProgress(row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(13)),
                row.Ticks(5),
                row.IsDBNull(6) ? null : row.Ticks(6),
                row.IsDBNull(7) ? null : JsonSerializer.Deserialize(row.GetString(7), SwitchJson.Default.SwitchComparison),
                row.TextOrNull(8)),
            row.GetInt64(1),
            row.GetInt64(2));

    private static EmbeddingSpace ReadSpace(NpgsqlDataReader row, int column)
        => new(row.GetString(column), row.GetInt32(column + 1), row.GetString(column + 2), row.GetString(column + 3));
}
