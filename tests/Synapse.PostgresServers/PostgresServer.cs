using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Synapse.PostgresServers;

/// <summary>A real PostgreSQL server with pgvector in a folder of its own, on a free loopback port. It ends with whoever started it, a killed process included.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The role that owns the databases of tests: no superuser, as an operator would have it.</summary>
    public const string Role = "synapse";

    /// <summary>The password of <see cref="Role"/>, with what a URL must encode.</summary>
    public const string Password = "p@ss/w:rd? 100%#ü";

    /// <summary>The superuser.</summary>
    public const string Superuser = "postgres";

    private const string Template = "with_vector";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly string[] s_careless = ["-c", "fsync=off", "-c", "full_page_writes=off"];

    // The pipe to the shell is its lifeline: when it closes, for whatever reason, the server ends and the folder goes.
    private const string Supervisor = """
        folder=$1; shift
        exec 3<&0
        "$@" </dev/null >>"$folder/log" 2>&1 &
        server=$!
        ( read -r _ <&3; : >"$folder/over"; kill -QUIT "$server" ) &
        watcher=$!
        wait "$server"
        if [ -e "$folder/over" ]; then rm -rf "$folder"; fi
        kill "$watcher" 2>/dev/null
        """;

    private static readonly Lock s_sharing = new();
    private static Task<PostgresServer>? s_shared;

    private readonly PostgresServerOptions _options;
    private readonly string _folder;
    private Process? _supervisor;
    private int _databases;

    private PostgresServer(PostgresServerOptions options, string folder)
    {
        _options = options;
        _folder = folder;
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The server that the tests of this process share. It does not flush to the disk: made for speed, and it outlives no power cut.</summary>
    public static Task<PostgresServer> SharedAsync()
    {
        PostgresInstallation.Require();
        lock (s_sharing)
        {
            return s_shared ??= StartAsync(new PostgresServerOptions(), CancellationToken.None);
        }
    }

    /// <summary>Makes a cluster and starts its server. Skips the test where PostgreSQL is not installed; in CI, fails it.</summary>
    public static async Task<PostgresServer> StartAsync(PostgresServerOptions options, CancellationToken cancellationToken)
    {
        PostgresInstallation.Require();
        var server = new PostgresServer(options, Directory.CreateTempSubdirectory("synapse-postgres-").FullName);
        try
        {
            await server.MakeClusterAsync(cancellationToken);
            await server.StartAsync(cancellationToken);
            await server.PrepareAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database that <see cref="Role"/> owns.</summary>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <param name="withVector">Whether the extension vector is there already.</param>
    public async Task<PostgresDatabase> CreateDatabaseAsync(CancellationToken cancellationToken, bool withVector = true)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync($"CREATE DATABASE {name} OWNER {Role} TEMPLATE {(withVector ? Template : "template0")}", cancellationToken);
        return new PostgresDatabase(this, name);
    }

    /// <summary>Runs statements as superuser, each outside of a transaction.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(Connection(Superuser, database).ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends every connection to a database, as an administrator can.</summary>
    public Task TerminateBackendsAsync(string database, CancellationToken cancellationToken)
        => ExecuteAsync($"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()", cancellationToken);

    /// <summary>Stops the server; <see cref="StartAsync(CancellationToken)"/> starts it again on the same port.</summary>
    /// <param name="mode">As pg_ctl names it: <c>smart</c>, <c>fast</c>, or <c>immediate</c>, which is a crash.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task StopAsync(string mode, CancellationToken cancellationToken)
    {
        await PostgresInstallation.RunAsync(PostgresInstallation.Command("pg_ctl", "stop", "-D", Cluster, "-m", mode, "-w"), cancellationToken);
        await _supervisor!.WaitForExitAsync(cancellationToken);
        _supervisor.Dispose();
        _supervisor = null;
    }

    /// <summary>Starts the server where it was, and waits until it takes connections.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            Port = Port == 0 ? FreePort() : Port;
            Start();
            if (await BecomesReadyAsync(cancellationToken))
            {
                return;
            }

            // Another process may have taken the port since it was found free.
            Assert.True(attempt < 3 && _databases == 0, $"The server ended by itself: {await ReadLogAsync(cancellationToken)}");
            Port = 0;
        }
    }

    /// <summary>Makes a standby that follows this server, and starts it. Its databases have the same names.</summary>
    public async Task<PostgresServer> StartStandbyAsync(CancellationToken cancellationToken)
    {
        var standby = new PostgresServer(_options, Directory.CreateTempSubdirectory("synapse-postgres-").FullName);
        try
        {
            await standby.FollowAsync(this, cancellationToken);
            await standby.StartAsync(cancellationToken);
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a standby go on by itself, as operators do when the server it followed is lost.</summary>
    public Task PromoteAsync(CancellationToken cancellationToken)
        => PostgresInstallation.RunAsync(PostgresInstallation.Command("pg_ctl", "promote", "-D", Cluster, "-w"), cancellationToken);

    /// <summary>A database that came with what this standby follows.</summary>
    public PostgresDatabase Database(string name) => new(this, name);

    /// <summary>What the server has written to its log.</summary>
    public Task<string> ReadLogAsync(CancellationToken cancellationToken) => File.ReadAllTextAsync(Path.Combine(_folder, "log"), cancellationToken);

    /// <summary>How to connect, without a pool.</summary>
    public NpgsqlConnectionStringBuilder Connection(string user, string database) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = user,
        Password = Password,
        Database = database,
        Pooling = false,
        IncludeErrorDetail = true,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_supervisor is { } supervisor)
        {
            _supervisor = null;
            supervisor.StandardInput.Close();
            await supervisor.WaitForExitAsync(CancellationToken.None);
            supervisor.Dispose();
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task FollowAsync(PostgresServer leader, CancellationToken cancellationToken)
    {
        await OwnFolderAsync(cancellationToken);
        var source = string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={leader.Port} user={Superuser} password='{Password}'");
        await PostgresInstallation.RunAsync(
            PostgresInstallation.Command("pg_basebackup", "-d", source, "-D", Cluster, "-R", "-X", "stream", "-c", "fast", "--no-sync"), cancellationToken);
    }

    private async Task OwnFolderAsync(CancellationToken cancellationToken)
    {
        if (PostgresInstallation.Account is var (user, group))
        {
            await PostgresInstallation.RunAsync(["chown", "-R", $"{user}:{group}", _folder], cancellationToken);
        }
    }

    private string Cluster => Path.Combine(_folder, "cluster");

    private async Task MakeClusterAsync(CancellationToken cancellationToken)
    {
        var password = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(password, Password, cancellationToken);
        await OwnFolderAsync(cancellationToken);
        await PostgresInstallation.RunAsync(
            PostgresInstallation.Command(
                "initdb", "-D", Cluster, "-U", Superuser, $"--pwfile={password}", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            cancellationToken);
    }

    private void Start()
    {
        string[] arguments =
        [
            "-D", Cluster, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
            .. _options.IsDurable ? [] : s_careless,
            .. _options.Settings.SelectMany(setting => (string[])["-c", $"{setting.Key}={setting.Value}"]),
        ];
        var start = new ProcessStartInfo("sh", ["-c", Supervisor, "sh", _folder, .. PostgresInstallation.BoundCommand("postgres", arguments)])
        {
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        _supervisor = Process.Start(start)!;
    }

    private async Task<bool> BecomesReadyAsync(CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!_supervisor!.HasExited)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Connection(Superuser, "postgres").ConnectionString);
                await connection.OpenAsync(cancellationToken);
                return true;
            }
            catch (NpgsqlException) when (TimeProvider.System.GetElapsedTime(started) < s_patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, cancellationToken);
            }
        }

        _supervisor.Dispose();
        _supervisor = null;
        return false;
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync($"CREATE ROLE {Role} LOGIN PASSWORD '{Password}'", cancellationToken);
        await ExecuteAsync($"CREATE DATABASE {Template}", cancellationToken);
        await ExecuteAsync("CREATE EXTENSION vector", cancellationToken, Template);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
