using Npgsql;
using Synapse.Postgres.Connections;
using Synapse.Postgres.SignIn;
using Synapse.Storage;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : ISignInStore, IProtectionKeyStore
{
    /// <inheritdoc/>
    public string SharedId { get; }

    /// <inheritdoc/>
    public async ValueTask AddLinkAsync(string key, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => LinkRows.AddAsync(connection, key, now, expiresAt, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> TakeLinkAsync(string key, DateTimeOffset now, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => LinkRows.TakeAsync(connection, key, now, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask AddSessionAsync(string key, SessionWindow window, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => SessionRows.AddAsync(connection, key, window, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> UseSessionAsync(string key, SessionWindow window, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => SessionRows.UseAsync(connection, key, window, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask RemoveSessionAsync(string key, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => SessionRows.RemoveAsync(connection, key, token), cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListKeys() => OnConnection(KeyRows.List);

    /// <inheritdoc/>
    public void AddKey(string name, string xml) => OnConnection(connection => KeyRows.Add(connection, name, xml));

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> LockKeysAsync(CancellationToken cancellationToken)
        => await _connections.OpenAsync(KeyRows.LockAsync, cancellationToken);

    // As the units of work that are asynchronous: once more after a fault that passes.
    private T OnConnection<T>(Func<NpgsqlConnection, T> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var connection = _connections.Open();
                return work(connection);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                _connections.Forget(error);
                if (attempt > 1 || !PostgresFault.IsTransient(error))
                {
                    throw _connections.Named(error);
                }
            }
        }
    }
}
