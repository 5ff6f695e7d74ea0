using Synapse.Errors;

namespace Synapse.Server.Hosting;

/// <summary>Keeps a data folder for one server, where no store in the folder does so: token, sockets and address of two would mix.</summary>
internal sealed class ServingLock(ServerOptions options) : IDisposable
{
    private FileStream? _held;

    /// <summary>Takes the lock, which ends with the process at the latest.</summary>
    /// <exception cref="DataFolderInUseException">Another server has it.</exception>
    public void Take()
    {
        try
        {
            _held ??= new FileStream(options.DataFolder.ServingLockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new DataFolderInUseException(options.DataFolder.Path);
        }
    }

    public void Dispose() => _held?.Dispose();
}
