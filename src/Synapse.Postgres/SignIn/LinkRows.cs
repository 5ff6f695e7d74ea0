using Npgsql;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.SignIn;

/// <summary>The one-time links that sign a browser in.</summary>
internal static class LinkRows
{
    public static async Task<int> AddAsync(NpgsqlConnection connection, string key, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("DELETE FROM sign_in_links WHERE expires_at <= $1", [now.UtcTicks], cancellationToken);
        return await connection.ExecuteAsync("INSERT INTO sign_in_links(key, expires_at) VALUES($1, $2)", [key, expiresAt.UtcTicks], cancellationToken);
    }

    /// <summary>Whoever deletes the row has the link: of two at once, the second finds none.</summary>
    public static Task<bool> TakeAsync(NpgsqlConnection connection, string key, DateTimeOffset now, CancellationToken cancellationToken)
        => connection.FindAsync("DELETE FROM sign_in_links WHERE key = $1 RETURNING expires_at", [key], row => row.GetInt64(0) > now.UtcTicks, cancellationToken);
}
