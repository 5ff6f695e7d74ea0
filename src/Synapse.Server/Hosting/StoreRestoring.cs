using Synapse.Errors;
using Synapse.Storage;
using Synapse.Storage.Archiving;
using Synapse.Storage.Copying;

namespace Synapse.Server.Hosting;

/// <summary>Restores a store from a backup. No server runs meanwhile: the command opens the store itself.</summary>
public static class StoreRestoring
{
    /// <summary>Reads a backup or an export from end to end, and compares every hash.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="report">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArchiveDamagedException">It is not as it was written.</exception>
    public static async Task<ArchiveReport> CheckAsync(string file, Action<CopyProgress> report, CancellationToken cancellationToken)
    {
        using var archive = StoreArchive.Open(file);
        return await archive.CheckAsync(TimeProvider.System, report, cancellationToken);
    }

    /// <summary>Checks the whole backup, restores it into the store of a data folder (a file, or the database that its settings name), and compares the two.</summary>
    /// <param name="dataFolder">The data folder. Its store has to be empty, or what an earlier run with this backup has left.</param>
    /// <param name="file">The backup.</param>
    /// <param name="report">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops the work; the next run goes on.</param>
    /// <exception cref="InvalidConfigurationException">A setting is wrong.</exception>
    /// <exception cref="SynapseException">The backup is damaged, or the store cannot be opened, or is not empty.</exception>
    public static async Task<RestoreReport> RunAsync(DataFolder dataFolder, string file, Action<CopyProgress> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        var (place, options) = StoreCopying.ReadPlace(dataFolder);

        // A store in the folder is kept under a lock; of the servers of a database, the one that is known can be told.
        if (place.Database is not null && ServerFile.Read(dataFolder) is { } server)
        {
            throw new StoreInUseException(dataFolder.Path, $"a Synapse server (process {server.Pid})");
        }

        using var archive = StoreArchive.Open(file, ArchiveContent.Store);
        var held = await archive.CheckAsync(TimeProvider.System, report, cancellationToken);
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Warning).AddProvider(new StandardErrorLoggerProvider(LogLevel.Warning, TimeProvider.System)));
        dataFolder.Create();
        await using var opened = StoreCopying.Open(place, options, loggers);
        var target = (IImportableStore)opened;
        var copy = new StoreCopy(archive, target, TimeProvider.System);
        await copy.RequireRoomAsync(cancellationToken);

        // Before the store: were it the other way round, a run that is killed in between would leave them out for good.
        var left = PromptFiles.Write(dataFolder, archive);
        return new RestoreReport(held, await copy.RunAsync(report, cancellationToken), target.Name, left);
    }
}

/// <summary>A store that was restored.</summary>
/// <param name="Archive">What the backup holds.</param>
/// <param name="Copy">What was copied and compared.</param>
/// <param name="Store">Where the store is.</param>
/// <param name="FilesLeft">Files of the backup that were not written, since others of the same name are there.</param>
public sealed record RestoreReport(ArchiveReport Archive, CopyReport Copy, string Store, IReadOnlyList<string> FilesLeft);
