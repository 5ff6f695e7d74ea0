using Synapse.Errors;

namespace Synapse.Sqlite;

/// <summary>The folder of a store, held for one process.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private DataFolder(string databasePath, FileStream heldLock)
    {
        DatabasePath = databasePath;
        _lock = heldLock;
    }

    /// <summary>The database file in the folder.</summary>
    public string DatabasePath { get; }

    /// <summary>Makes the folder when it is not there, and takes its lock. The system gives the lock back when the process ends, however it ends.</summary>
    /// <exception cref="DataFolderInUseException">Another process, or another store of this one, holds it.</exception>
    /// <exception cref="StoreUnavailableException">The folder cannot be made or written.</exception>
    public static DataFolder Open(string path)
    {
        var folder = Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder, FolderMode);
            }

            var held = TakeLock(folder);
            var database = DatabaseIn(folder);
            if (!File.Exists(database))
            {
                // Made here, so that the mode is right before the first byte is in it; SQLite gives its log the mode of the file.
                using var made = new FileStream(database, NewFile());
            }

            return new DataFolder(database, held);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StoreUnavailableException(folder, "the folder may not be written", e);
        }
        catch (IOException e)
        {
            throw new StoreUnavailableException(folder, e.Message, e);
        }
    }

    /// <summary>Where the database of a folder is.</summary>
    public static string DatabaseIn(string folder) => Path.Combine(folder, "synapse.db");

    public void Dispose() => _lock.Dispose();

    private static FileStream TakeLock(string folder)
    {
        try
        {
            var options = NewFile();
            options.Mode = System.IO.FileMode.OpenOrCreate;
            return new FileStream(Path.Combine(folder, "synapse.lock"), options);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException or FileNotFoundException))
        {
            throw new DataFolderInUseException(folder);
        }
    }

    private static FileStreamOptions NewFile()
    {
        var options = new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode;
        }

        return options;
    }
}
