using SQLitePCL;
using Synapse.Errors;

namespace Synapse.Sqlite.Connections;

/// <summary>Names the faults of SQLite in the words of the core.</summary>
internal static class SqliteFault
{
    /// <summary>Below this much free space a failed write is taken for a full disk.</summary>
    private const long FullBelowBytes = 4 << 20;

    /// <summary>Makes the exception for a result code.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="code">Extended result code.</param>
    /// <param name="message">SQLite's own words.</param>
    public static Exception ToException(string path, int code, string message) => (code & 0xFF) switch
    {
        raw.SQLITE_FULL => new DiskFullException(path),
        raw.SQLITE_IOERR when HasNoSpace(path) => new DiskFullException(path),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new StoreCorruptException(path, message),
        raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_BUSY or raw.SQLITE_LOCKED
            => new StoreUnavailableException(path, $"{message} (SQLite result {code})"),
        _ => new InvalidOperationException($"SQLite result {code} on '{path}': {message}"),
    };

    private static bool HasNoSpace(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path) ?? "/").AvailableFreeSpace < FullBelowBytes;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
