using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage.Copying;

namespace Synapse.Storage.Archiving;

/// <summary>Brings the collection of an archive into a store that is in use. Nothing is read or embedded anew.</summary>
/// <param name="store">The store.</param>
/// <param name="time">Tells how fast it goes.</param>
public sealed class CollectionImport(IImportableStore store, TimeProvider time)
{
    /// <summary>Checks the whole archive, then imports. Documents are found as they come; a run that fails takes them away again, and one that was killed is completed by the next with the same archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="name">Another name for the collection; null for its own.</param>
    /// <param name="report">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArchiveDamagedException">The archive is not as it was written; nothing was imported.</exception>
    /// <exception cref="CollectionExistsException">There is a collection of that name.</exception>
    /// <exception cref="ImportDiffersException">What was imported is not what the archive holds; it was removed again.</exception>
    public async Task<ImportReport> RunAsync(string path, string? name, Action<CopyProgress> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        var started = time.GetTimestamp();
        using var archive = StoreArchive.Open(path, ArchiveContent.Collection, name is null ? null : CollectionName.Validate(name));
        await using var export = await archive.OpenExportAsync(AccessScope.Everything, cancellationToken);
        var collection = (await export.ListCollectionsAsync(cancellationToken))[0];
        var identity = await archive.GetIdentityAsync(cancellationToken);
        await FindUnfinishedAsync(collection.Collection, identity, cancellationToken);
        await archive.CheckAsync(time, report, cancellationToken);

        // Looked for again, for it takes its time to check a large archive.
        var unfinished = await FindUnfinishedAsync(collection.Collection, identity, cancellationToken);
        if (unfinished is null)
        {
            await store.MarkUnfinishedImportAsync(collection.Collection.Name, identity, cancellationToken);
        }

        var made = unfinished ?? await store.ImportCollectionAsync(collection.Collection, cancellationToken);
        await using var held = await store.TryHoldSwitchAsync(made.Id, cancellationToken) ?? throw new CollectionExistsException(made.Name);
        try
        {
            return await CopyAsync(export, collection, made, unfinished is not null, report, started, cancellationToken);
        }
        catch (CopyDiffersException error)
        {
            await RemoveAsync(made);
            throw new ImportDiffersException(made.Name, error.Difference, error);
        }
        catch
        {
            await RemoveAsync(made);
            throw;
        }
    }

    private async Task<ImportReport> CopyAsync(
        IStoreExport export, ExportedCollection collection, Collection made, bool isResumed, Action<CopyProgress> report, long started, CancellationToken cancellationToken)
    {
        var (documents, chunks) = (collection.Summary.DocumentCount, collection.Summary.ChunkCount);
        var copying = new CollectionCopying(export, store, isResumed, new CopiedKeys(), new CopyMeter(CopyPhase.Copying, documents, chunks, time, report));
        await copying.CopyAsync(collection, made, cancellationToken);

        await using var copy = await store.OpenExportAsync(AccessScope.Everything, cancellationToken);
        using var comparison = new CopyComparison(export, copy, store.Name, new CopyMeter(CopyPhase.Comparing, documents, chunks, time, report));
        var compared = await comparison.CompareOneAsync(cancellationToken);
        await store.MarkUnfinishedImportAsync(made.Name, null, cancellationToken);
        return new ImportReport(isResumed, compared, collection.Space, time.GetElapsedTime(started));
    }

    // The one that an earlier run has left; a collection that somebody made meanwhile has another time.
    private async Task<Collection?> FindUnfinishedAsync(Collection collection, string identity, CancellationToken cancellationToken)
        => await store.FindCollectionAsync(AccessScope.Everything, collection.Name, cancellationToken) is not { } there
            ? null
            : there.CreatedAt == collection.CreatedAt && await store.FindUnfinishedImportAsync(collection.Name, cancellationToken) == identity
                ? there
                : throw new CollectionExistsException(collection.Name);

    private async Task RemoveAsync(Collection made)
    {
        try
        {
            await store.RemoveCollectionAsync(AccessScope.Everything, made.Id, CancellationToken.None);
            await store.MarkUnfinishedImportAsync(made.Name, null, CancellationToken.None);
        }
        catch (SynapseException)
        {
            // The store is away. The collection is still marked, so that the next run with this archive completes it.
        }
    }
}
