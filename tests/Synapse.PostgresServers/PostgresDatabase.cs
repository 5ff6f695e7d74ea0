using System.Globalization;
using Npgsql;

namespace Synapse.PostgresServers;

/// <summary>A database of one test, dropped at its end.</summary>
public sealed class PostgresDatabase(PostgresServer server, string name) : IAsyncDisposable
{
    /// <summary>Its server.</summary>
    public PostgresServer Server => server;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>How the store is told of it: as a URL, everything special in it encoded.</summary>
    public string Url => string.Create(
        CultureInfo.InvariantCulture, $"postgres://{PostgresServer.Role}:{Uri.EscapeDataString(PostgresServer.Password)}@127.0.0.1:{server.Port}/{name}");

    /// <summary>Opens a connection as the role that owns it.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(server.Connection(PostgresServer.Role, name).ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>Runs statements as superuser.</summary>
    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => server.ExecuteAsync(sql, cancellationToken, name);

    /// <summary>The one value that a query gives to the superuser.</summary>
    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(server.Connection(PostgresServer.Superuser, name).ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Ends every connection to it, as an administrator can.</summary>
    public Task TerminateBackendsAsync(CancellationToken cancellationToken) => server.TerminateBackendsAsync(name, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await server.ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", CancellationToken.None);
}
