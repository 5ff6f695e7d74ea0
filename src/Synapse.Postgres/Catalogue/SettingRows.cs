using Npgsql;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Catalogue;

/// <summary>What the store notes of itself.</summary>
internal static class SettingRows
{
    /// <summary>The identity of the store that this one is an unfinished copy of.</summary>
    public const string UnfinishedCopy = "unfinished_copy_of";

    /// <summary>Before the name of a collection: the identity of the archive that it is being imported from.</summary>
    public const string UnfinishedImport = "unfinished_import:";

    /// <summary>When embeddings of texts that are gone were last looked for, in ticks.</summary>
    public const string CacheCleared = "embedding_cache_cleared_at";

    public static Task<string?> FindAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
        => connection.FindAsync("SELECT value FROM settings WHERE name = $1", [name], row => row.TextOrNull(0), cancellationToken);

    public static Task<int> SetAsync(NpgsqlConnection connection, string name, string? value, CancellationToken cancellationToken)
        => value is null
            ? connection.ExecuteAsync("DELETE FROM settings WHERE name = $1", [name], cancellationToken)
            : connection.ExecuteAsync(
                "INSERT INTO settings(name, value) VALUES($1, $2) ON CONFLICT(name) DO UPDATE SET value = excluded.value", [name, value], cancellationToken);
}
