using System.Globalization;

namespace Synapse.PostgresServers;

/// <summary>A database whose files lie on a disk of a few megabytes, which becomes really full. The server's log of changes lies elsewhere.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly PostgresServer _server;
    private readonly string _folder;
    private readonly string _filler;

    private SmallDisk(PostgresServer server, string folder, PostgresDatabase database)
    {
        _server = server;
        _folder = folder;
        _filler = Path.Combine(folder, "filler");
        Database = database;
    }

    /// <summary>The database.</summary>
    public PostgresDatabase Database { get; }

    /// <summary>Makes the disk with a database on it, and a file that takes room until it is removed. Skips the test where no disk can be mounted; in CI, fails it.</summary>
    /// <param name="server">The server.</param>
    /// <param name="megabytes">Size of the disk.</param>
    /// <param name="fillerMegabytes">How much of it the file takes.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<SmallDisk> MakeAsync(PostgresServer server, int megabytes, int fillerMegabytes, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(PostgresInstallation.Account is not null || Environment.GetEnvironmentVariable("CI") == "true", "Only root mounts a small disk.");
        var (user, group) = PostgresInstallation.Account!.Value;
        var folder = Directory.CreateTempSubdirectory("synapse-small-disk-").FullName;
        await PostgresInstallation.RunAsync(
            ["mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=700,uid={user},gid={group}"), "tmpfs", folder], cancellationToken);
        var data = Path.Combine(folder, "data");
        await PostgresInstallation.RunAsync(["install", "-d", "-m", "700", "-o", user, "-g", group, data], cancellationToken);
        var name = Path.GetFileName(folder).ToLowerInvariant().Replace('-', '_').Replace('.', '_');
        await server.ExecuteAsync($"CREATE TABLESPACE {name} LOCATION '{data}'", cancellationToken);
        await server.ExecuteAsync($"CREATE DATABASE {name} OWNER {PostgresServer.Role} TEMPLATE template0 TABLESPACE {name}", cancellationToken);
        await server.ExecuteAsync("CREATE EXTENSION vector", cancellationToken, name);
        var disk = new SmallDisk(server, folder, server.Database(name));
        await File.WriteAllBytesAsync(disk._filler, new byte[fillerMegabytes << 20], cancellationToken);
        return disk;
    }

    /// <summary>Makes room, as whoever runs the server would.</summary>
    public void MakeRoom() => File.Delete(_filler);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        MakeRoom();
        await Database.DisposeAsync();
        await _server.ExecuteAsync($"DROP TABLESPACE {Database.Name}", CancellationToken.None);
        await PostgresInstallation.RunAsync(["umount", _folder], CancellationToken.None);
        Directory.Delete(_folder);
    }
}
