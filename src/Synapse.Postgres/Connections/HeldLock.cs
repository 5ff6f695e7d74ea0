using System.Data;
using Npgsql;

namespace Synapse.Postgres.Connections;

/// <summary>A lock of the database that no row stands for, on a connection of its own. It ends with the connection: whoever is gone holds nothing.</summary>
internal sealed class HeldLock : IAsyncDisposable
{
    private readonly long _key;

    private HeldLock(NpgsqlConnection connection, long key)
    {
        Connection = connection;
        _key = key;
    }

    /// <summary>The connection, for work under the lock.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>Takes the lock unless another has it.</summary>
    /// <param name="connection">Is taken over.</param>
    /// <param name="key">The lock: what kind of work in the upper half, and on what in the lower.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Null when another has it.</returns>
    public static async Task<HeldLock?> TryTakeAsync(NpgsqlConnection connection, long key, CancellationToken cancellationToken)
    {
        try
        {
            if (await connection.FindAsync("SELECT pg_try_advisory_lock($1)", [key], static row => row.GetBoolean(0), cancellationToken))
            {
                return new HeldLock(connection, key);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Gives the lock back.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Connection.State is ConnectionState.Open)
            {
                // At once: the pool would do it only when it hands the connection out again.
                await Connection.FindAsync("SELECT pg_advisory_unlock($1)", [_key], static row => row.GetBoolean(0), CancellationToken.None);
            }
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            // The lock went with the connection.
        }

        await Connection.DisposeAsync();
    }
}
