using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;

namespace Synapse.Storage.Copying;

/// <summary>
/// Copies one store into another and compares the two. The target is marked as unfinished until they were found to be the same; a copy that was stopped or killed
/// goes on where it was, since what is in the target already is left there.
/// </summary>
/// <param name="source">What is copied. It is only read.</param>
/// <param name="target">Where to: empty, or an unfinished copy of this very source.</param>
/// <param name="time">Tells how fast it goes.</param>
public sealed class StoreCopy(IExportableStore source, IImportableStore target, TimeProvider time)
{
    /// <summary>Copies, and compares.</summary>
    /// <param name="report">Is told how far it is.</param>
    /// <param name="cancellationToken">Stops the work; what was copied stays, and the next run goes on.</param>
    /// <exception cref="CopyRefusedException">The target holds something else, or is the source.</exception>
    /// <exception cref="CopyDiffersException">The copy is not the same as the source.</exception>
    public async Task<CopyReport> RunAsync(Action<CopyProgress> report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (source.Name == target.Name)
        {
            throw new CopyRefusedException(target.Name, "it is the source itself", "Name another target.");
        }

        var started = time.GetTimestamp();
        var identity = await source.GetIdentityAsync(cancellationToken);
        await using var export = await source.OpenExportAsync(AccessScope.Everything, cancellationToken);
        var isResumed = await BeginAsync(identity, cancellationToken);
        var collections = await export.ListCollectionsAsync(cancellationToken);
        var documents = collections.Sum(collection => collection.Summary.DocumentCount);
        var chunks = collections.Sum(collection => collection.Summary.ChunkCount);

        var keys = new CopiedKeys();
        await RemoveOtherCollectionsAsync(collections, cancellationToken);
        var meter = new CopyMeter(CopyPhase.Copying, documents, chunks, time, report);
        var copying = new CollectionCopying(export, target, isResumed, keys, meter);
        foreach (var collection in collections)
        {
            await copying.CopyAsync(collection, await MakeCollectionAsync(collection.Collection, cancellationToken), cancellationToken);
        }

        await CopyEgressAsync(export, keys, cancellationToken);

        meter = new CopyMeter(CopyPhase.Comparing, documents, chunks, time, report);
        await using var copy = await target.OpenExportAsync(AccessScope.Everything, cancellationToken);
        using var comparison = new CopyComparison(export, copy, target.Name, meter);
        var copied = await comparison.CompareAsync(cancellationToken);
        var entries = await comparison.CompareEgressAsync(cancellationToken);
        await target.MarkUnfinishedCopyAsync(null, cancellationToken);
        return new CopyReport(isResumed, copied, entries, time.GetElapsedTime(started));
    }

    /// <summary>Looks whether the target can be one, and changes nothing.</summary>
    /// <exception cref="CopyRefusedException">It holds something else.</exception>
    public async Task RequireRoomAsync(CancellationToken cancellationToken) => await IsResumedAsync(await source.GetIdentityAsync(cancellationToken), cancellationToken);

    /// <returns>Whether an earlier copy is gone on with.</returns>
    private async Task<bool> BeginAsync(string identity, CancellationToken cancellationToken)
    {
        var isResumed = await IsResumedAsync(identity, cancellationToken);
        if (!isResumed)
        {
            await target.MarkUnfinishedCopyAsync(identity, cancellationToken);
        }

        return isResumed;
    }

    private async Task<bool> IsResumedAsync(string identity, CancellationToken cancellationToken)
    {
        var unfinished = await target.FindUnfinishedCopyAsync(cancellationToken);
        if (unfinished == identity)
        {
            return true;
        }

        if (unfinished is not null)
        {
            throw new CopyRefusedException(target.Name, "it holds an unfinished copy of another store", "Finish that copy first, or copy to a new data folder or database.");
        }

        await using var there = await target.OpenExportAsync(AccessScope.Everything, cancellationToken);
        if (await there.ListCollectionsAsync(cancellationToken) is { Count: > 0 } collections)
        {
            throw new CopyRefusedException(
                target.Name, $"it is not empty (collection '{collections[0].Collection.Name}'{(collections.Count > 1 ? $" and {collections.Count - 1} more" : "")})", "Copy to a new data folder or database.");
        }

        return (await there.ListEgressAsync(0, 1, cancellationToken)).Count == 0
            ? false
            : throw new CopyRefusedException(target.Name, "it is not empty (its egress ledger has entries)", "Copy to a new data folder or database.");
    }

    // Removed from the source since an earlier run had copied them.
    private async Task RemoveOtherCollectionsAsync(IReadOnlyList<ExportedCollection> collections, CancellationToken cancellationToken)
    {
        var names = collections.Select(collection => collection.Collection.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var summary in await target.ListCollectionsAsync(AccessScope.Everything, cancellationToken))
        {
            if (!names.Contains(summary.Collection.Name))
            {
                await target.RemoveCollectionAsync(AccessScope.Everything, summary.Collection.Id, cancellationToken);
            }
        }
    }

    private async Task<Collection> MakeCollectionAsync(Collection collection, CancellationToken cancellationToken)
    {
        if (await target.FindCollectionAsync(AccessScope.Everything, collection.Name, cancellationToken) is { } there)
        {
            if (there.CreatedAt == collection.CreatedAt)
            {
                await target.SetPrivacyAsync(AccessScope.Everything, there.Id, collection.Privacy, cancellationToken);
                return there;
            }

            // Removed from the source and made anew since.
            await target.RemoveCollectionAsync(AccessScope.Everything, there.Id, cancellationToken);
        }

        return await target.ImportCollectionAsync(collection, cancellationToken);
    }

    private async Task CopyEgressAsync(IStoreExport export, CopiedKeys keys, CancellationToken cancellationToken)
    {
        const int PageEntries = 500;
        for (var after = 0L; ;)
        {
            // The last, empty page removes what an earlier run had copied and the source has forgotten.
            var page = await export.ListEgressAsync(after, PageEntries, cancellationToken);
            await target.ImportEgressAsync(after, [.. page.Select(entry => entry with { Documents = Rename(entry.Documents, keys) })], cancellationToken);
            if (page.Count == 0)
            {
                return;
            }

            after = page[^1].Id;
        }
    }

    private static EgressedDocument[] Rename(IReadOnlyList<EgressedDocument> documents, CopiedKeys keys)
        => [.. documents.Select(document => document with { CollectionId = keys.Collection(document.CollectionId), SourceId = keys.Source(document.SourceId) })];
}
