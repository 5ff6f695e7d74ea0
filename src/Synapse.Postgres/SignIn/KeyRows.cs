using Npgsql;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.SignIn;

/// <summary>The keys that protect what pages carry.</summary>
internal static class KeyRows
{
    // "SYNK"
    private const long Lock = 0x53594E4B;

    public static IReadOnlyList<string> List(NpgsqlConnection connection)
    {
        using var command = connection.Command("SELECT xml FROM protection_keys ORDER BY name");
        using var row = command.ExecuteReader();
        var keys = new List<string>();
        while (row.Read())
        {
            keys.Add(row.GetString(0));
        }

        return keys;
    }

    public static int Add(NpgsqlConnection connection, string name, string xml)
    {
        using var command = connection.Command("INSERT INTO protection_keys(name, xml) VALUES($1, $2) ON CONFLICT (name) DO UPDATE SET xml = excluded.xml", name, xml);
        return command.ExecuteNonQuery();
    }

    /// <summary>Takes the lock, which the end of the transaction gives back.</summary>
    public static async Task<IAsyncDisposable> LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var held = new HeldLock(connection, await connection.BeginTransactionAsync(cancellationToken));
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock($1)", [Lock], cancellationToken);
        return held;
    }

    private sealed class HeldLock(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
