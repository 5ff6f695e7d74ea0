using Synapse.Errors;

namespace Synapse.Server.Hosting;

/// <summary>Keeps archives that come over HTTP in the data folder while they are read.</summary>
internal sealed class IncomingArchives(ServerOptions options, TimeProvider time)
{
    /// <summary>Takes in an archive. It is removed when it is disposed of; what a killed server left is removed by the next one that takes any in.</summary>
    /// <exception cref="ArchiveUnwritableException">The data folder cannot take it.</exception>
    public async Task<IncomingArchive> ReceiveAsync(Stream body, CancellationToken cancellationToken)
    {
        var folder = options.DataFolder.IncomingPath;
        var path = Path.Combine(folder, $"{Guid.CreateVersion7(time.GetUtcNow())}{ArchiveNames.Extension}");
        FileStream file;
        try
        {
            DataFolder.CreatePrivateFolder(folder);
            RemoveLeft(folder);

            // Shared for reading, and so held under a lock that those who look for what was left see.
            file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, Options = FileOptions.Asynchronous });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveUnwritableException(path, error.Message.TrimEnd('.'), error);
        }

        var archive = new IncomingArchive(path, file);
        try
        {
            await CopyAsync(body, file, path, cancellationToken);
            return archive;
        }
        catch
        {
            await archive.DisposeAsync();
            throw;
        }
    }

    // What fails to be read is the caller's fault, or the limit of the request, and not the disk's.
    private static async Task CopyAsync(Stream body, FileStream file, string path, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            try
            {
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await file.FlushAsync(cancellationToken);
            }
            catch (IOException error)
            {
                throw new ArchiveUnwritableException(path, error.Message.TrimEnd('.'), error);
            }
        }
    }

    private static void RemoveLeft(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            try
            {
                using var unused = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                File.Delete(path);
            }
            catch (IOException)
            {
                // Another request is at work on it.
            }
        }
    }
}

/// <summary>An archive that came over HTTP.</summary>
/// <param name="path">Where it lies.</param>
/// <param name="file">Keeps others from removing it.</param>
internal sealed class IncomingArchive(string path, FileStream file) : IAsyncDisposable
{
    /// <summary>Where it lies.</summary>
    public string Path { get; } = path;

    public async ValueTask DisposeAsync()
    {
        File.Delete(Path);
        await file.DisposeAsync();
    }
}
