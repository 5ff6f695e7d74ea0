using System.Text.Json;
using Npgsql;
using Synapse.Library;
using Synapse.Postgres.Connections;
using Synapse.Switching;

namespace Synapse.Postgres.Switching;

/// <summary>The questions that collections are measured by.</summary>
internal static class EvaluationRows
{
    private static readonly string s_find = $"SELECT evaluation FROM collections WHERE id = $2 AND {Commands.Within("id", "$1")}";
    private static readonly string s_set = $"UPDATE collections SET evaluation = $3::text WHERE id = $2 AND {Commands.Within("id", "$1")}";

    public static async Task<EvaluationSet?> FindAsync(NpgsqlConnection connection, AccessScope scope, long collectionId, CancellationToken cancellationToken)
        => await connection.FindAsync(s_find, [Commands.Ids(scope), collectionId], static row => row.TextOrNull(0), cancellationToken) is { } json
            ? JsonSerializer.Deserialize(json, SwitchJson.Default.EvaluationSet)
            : null;

    /// <returns>How many collections there are: one, or none.</returns>
    public static Task<int> SetAsync(NpgsqlConnection connection, AccessScope scope, long collectionId, EvaluationSet? evaluation, CancellationToken cancellationToken)
        => connection.ExecuteAsync(
            s_set,
            [Commands.Ids(scope), collectionId, evaluation is null ? null : JsonSerializer.Serialize(evaluation, SwitchJson.Default.EvaluationSet)],
            cancellationToken);
}
