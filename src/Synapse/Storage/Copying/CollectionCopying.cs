using Synapse.Library;

namespace Synapse.Storage.Copying;

/// <summary>Copies collections, each into one that was made for it.</summary>
internal sealed class CollectionCopying(IStoreExport export, IImportableStore target, bool isResumed, CopiedKeys keys, CopyMeter meter)
{
    /// <summary>Copies a collection.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="copied">Where it goes to.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task CopyAsync(ExportedCollection collection, Collection copied, CancellationToken cancellationToken)
    {
        keys.AddCollection(collection.Collection.Id, copied.Id);
        await target.SetEvaluationAsync(AccessScope.Everything, copied.Id, collection.Evaluation, cancellationToken);
        var sources = await export.ListSourcesAsync(collection.Collection.Id, cancellationToken);
        await RemoveOtherSourcesAsync(copied.Id, sources, cancellationToken);
        var copying = new DocumentCopying(export, target, copied.Id, isResumed, meter);
        foreach (var original in sources)
        {
            var to = await target.ImportSourceAsync(original with { CollectionId = copied.Id }, cancellationToken);
            keys.AddSource(original.Id, to.Id);
            await copying.CopyAsync(original.Id, to.Id, cancellationToken);
            await target.ReplaceSkippedFilesAsync(null, to.Id, await export.ListSkippedFilesAsync(original.Id, cancellationToken), cancellationToken);
        }

        // Last: documents of older spaces were copied while the collection pointed there.
        if (collection.Space is { } space)
        {
            await target.UseEmbeddingSpaceAsync(copied.Id, space, cancellationToken);
        }
    }

    private async Task RemoveOtherSourcesAsync(long collectionId, IReadOnlyList<Source> sources, CancellationToken cancellationToken)
    {
        var added = sources.ToDictionary(source => source.Location, source => source.CreatedAt, StringComparer.Ordinal);
        foreach (var there in await target.ListSourcesAsync(AccessScope.Everything, collectionId, cancellationToken))
        {
            if (!added.TryGetValue(there.Location, out var createdAt) || createdAt != there.CreatedAt)
            {
                await target.RemoveSourceAsync(AccessScope.Everything, there.Id, cancellationToken);
            }
        }
    }
}
