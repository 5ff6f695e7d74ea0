using System.Globalization;
using Synapse.Library;

namespace Synapse.Server.Hosting;

/// <summary>The folder that holds everything Synapse keeps: the store, the token, the sessions. Only its owner may read it.</summary>
/// <param name="path">Its path; made absolute.</param>
public sealed class DataFolder(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Longest path of a Unix socket that every system takes, in bytes.</summary>
    private const int MaxSocketPathBytes = 100;

    private const string SocketPrefix = "synapse-";
    private const string SocketSuffix = ".sock";
    private static int _sockets;

    /// <summary>Its absolute path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Where the bearer token lies.</summary>
    public string TokenPath => In("token");

    /// <summary>Where a running server leaves its address.</summary>
    public string ServerFilePath => In("server.json");

    /// <summary>What a server holds while it runs, where the store is elsewhere.</summary>
    internal string ServingLockPath => In("server.lock");

    /// <summary>Where browser sessions are kept.</summary>
    public string SessionsPath => In("sessions.json");

    /// <summary>Where the keys lie that protect what pages carry.</summary>
    public string KeysPath => In("keys");

    /// <summary>Where archives lie that programs send, for as long as they are read.</summary>
    internal string IncomingPath => In("incoming");

    /// <summary>The folder that is used when none is named: <c>SYNAPSE_DATA</c> of the environment or of <c>.env</c> in the current folder, else the place that the system keeps for such data.</summary>
    public static string DefaultPath()
    {
        if (Environment.GetEnvironmentVariable(UserDataFolder.Variable) is { Length: > 0 } named)
        {
            return named;
        }

        // What is wrong with the file is told by whoever starts the server.
        if (EnvironmentFile.Read(Directory.GetCurrentDirectory())?.Variables.TryGetValue(UserDataFolder.Variable, out var written) == true && written.Value.Length > 0)
        {
            return written.Value;
        }

        return UserDataFolder.Find();
    }

    /// <summary>Makes the folder, for its owner only, if it is not there.</summary>
    /// <exception cref="InvalidConfigurationException">It cannot be made or written.</exception>
    public void Create()
    {
        try
        {
            CreatePrivateFolder(Path);
            CreatePrivateFolder(KeysPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidConfigurationException(
                [$"--data / SYNAPSE_DATA: the data folder '{Path}' cannot be made or written ({error.Message}). Name a folder that you may write."]);
        }
    }

    /// <summary>A path for a Unix socket of this process: in the data folder, or in a folder of its own where that path would be too long.</summary>
    public string NewSocketPath()
    {
        var name = $"{SocketPrefix}{Environment.ProcessId}-{Interlocked.Increment(ref _sockets)}{SocketSuffix}";
        var inside = In(name);
        if (System.Text.Encoding.UTF8.GetByteCount(inside) <= MaxSocketPathBytes)
        {
            // Left by a process that had this number before and was killed.
            File.Delete(inside);
            return inside;
        }

        return System.IO.Path.Combine(Directory.CreateTempSubdirectory("synapse-").FullName, "s.sock");
    }

    /// <summary>Removes sockets that killed processes left behind. To be called by the process that holds the store.</summary>
    internal void RemoveStaleSockets()
    {
        foreach (var path in Directory.EnumerateFiles(Path, $"{SocketPrefix}*{SocketSuffix}"))
        {
            var name = System.IO.Path.GetFileNameWithoutExtension(path)[SocketPrefix.Length..];
            if (int.TryParse(name.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && !ServerFile.IsRunning(pid))
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Writes a file that only its owner may read, all or nothing.</summary>
    internal static void WritePrivateFile(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Lets only the owner connect to a socket.</summary>
    internal static void RestrictSocket(string path)
    {
        if (!OperatingSystem.IsWindows() && File.Exists(path))
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
    }

    internal static void CreatePrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnlyFolder);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
