using Synapse.Errors;

namespace Synapse.Storage.Archiving;

/// <summary>Writes a file that is there as a whole or not at all. Until it is whole it is called like the file with <c>.partial</c> behind it; what a killed run left there, the next one replaces.</summary>
public static class ArchiveFile
{
    /// <summary>What stands behind the name of a file that is not whole.</summary>
    public const string PartialSuffix = ".partial";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int DiskFullOnUnix = 28;
    private const int HandleDiskFull = unchecked((int)0x8007_0027);
    private const int DiskFull = unchecked((int)0x8007_0070);

    /// <summary>Writes a file that only its owner can read: it holds what documents say.</summary>
    /// <param name="path">The file.</param>
    /// <param name="replace">Whether one that is there is replaced.</param>
    /// <param name="write">Writes what it holds.</param>
    /// <param name="cancellationToken">Stops the work; nothing is left then.</param>
    /// <exception cref="ArchiveExistsException">It is there, and is not to be replaced.</exception>
    /// <exception cref="ArchiveUnwritableException">It cannot be written, or the disk is full.</exception>
    public static async Task<T> WriteAsync<T>(string path, bool replace, Func<Stream, CancellationToken, Task<T>> write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        if (!replace && Path.Exists(path))
        {
            throw new ArchiveExistsException(path);
        }

        var partial = path + PartialSuffix;
        await using var file = Create(path, partial);
        try
        {
            var written = await write(file, cancellationToken);
            await file.FlushAsync(cancellationToken);
            file.Flush(flushToDisk: true);

            // Still open, and so still locked: nobody else can have written it.
            File.Move(partial, path, overwrite: replace);
            return written;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(partial);
            throw Unwritable(path, error);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    private static FileStream Create(string path, string partial)
    {
        // Opened before it is emptied: another run may be writing it.
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, Options = FileOptions.Asynchronous, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            if (new FileInfo(partial).LinkTarget is not null)
            {
                // Somebody else's: it would lead this file to another place.
                File.Delete(partial);
            }

            var file = new FileStream(partial, options);
            file.SetLength(0);
            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, error);
        }
    }

    private static ArchiveUnwritableException Unwritable(string path, Exception error)
        => new(path, IsDiskFull(error) ? "the disk is full" : error.Message.TrimEnd('.'), error);

    private static bool IsDiskFull(Exception error) => error is IOException && error.HResult is DiskFullOnUnix or HandleDiskFull or DiskFull;
}
