using Npgsql;
using Synapse.Postgres.Connections;
using Synapse.Storage;

namespace Synapse.Postgres.SignIn;

/// <summary>The browsers that are signed in.</summary>
internal static class SessionRows
{
    // A use is written down so often at most: every request would else be a write.
    private static readonly TimeSpan s_writeInterval = TimeSpan.FromMinutes(1);

    public static async Task<int> AddAsync(NpgsqlConnection connection, string key, SessionWindow window, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(
            "DELETE FROM sessions WHERE created_at < $1 OR used_at < $2", [window.CreatedSince.UtcTicks, window.UsedSince.UtcTicks], cancellationToken);
        return await connection.ExecuteAsync("INSERT INTO sessions(key, created_at, used_at) VALUES($1, $2, $2)", [key, window.Now.UtcTicks], cancellationToken);
    }

    public static Task<bool> UseAsync(NpgsqlConnection connection, string key, SessionWindow window, CancellationToken cancellationToken)
        => connection.FindAsync(
            """
            WITH going_on AS (SELECT key, used_at FROM sessions WHERE key = $1 AND created_at >= $3 AND used_at >= $4),
                used AS (UPDATE sessions SET used_at = $2 FROM going_on WHERE sessions.key = going_on.key AND going_on.used_at < $5)
            SELECT 1 FROM going_on
            """,
            [key, window.Now.UtcTicks, window.CreatedSince.UtcTicks, window.UsedSince.UtcTicks, (window.Now - s_writeInterval).UtcTicks],
            _ => true,
            cancellationToken);

    public static Task<int> RemoveAsync(NpgsqlConnection connection, string key, CancellationToken cancellationToken)
        => connection.ExecuteAsync("DELETE FROM sessions WHERE key = $1", [key], cancellationToken);
}
