using Synapse.Errors;
using Synapse.Storage.Copying;

namespace Synapse.Storage.Archiving;

/// <summary>Reads an archive from end to end: every entry is read, and there is none that nothing leads to.</summary>
internal sealed class ArchiveCheck(PackedReader reader, ArchiveExport export, CopyMeter meter)
{
    /// <summary>Checks.</summary>
    /// <returns>Entries of the egress ledger.</returns>
    /// <exception cref="ArchiveDamagedException">Something is not as it was written.</exception>
    public async Task<long> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var file in reader.Manifest.Files)
        {
            reader.Read(ArchiveFormat.File(file));
        }

        foreach (var collection in await export.ListCollectionsAsync(cancellationToken))
        {
            await CheckAsync(collection, cancellationToken);
        }

        var entries = 0L;
        for (var after = 0L; await export.ListEgressAsync(after, DocumentPortions.PageDocuments, cancellationToken) is { Count: > 0 } page; after = page[^1].Id)
        {
            entries += page.Count;
        }

        return reader.Unread.FirstOrDefault() is { } unread ? throw new ArchiveDamagedException(reader.Path, $"nothing leads to its entry '{unread}'") : entries;
    }

    private async Task CheckAsync(ExportedCollection collection, CancellationToken cancellationToken)
    {
        var (documents, chunks) = (0L, 0L);
        foreach (var source in await export.ListSourcesAsync(collection.Collection.Id, cancellationToken))
        {
            await export.ListSkippedFilesAsync(source.Id, cancellationToken);
            for (var after = ""; await export.ListDocumentsAsync(source.Id, after, DocumentPortions.PageDocuments, cancellationToken) is { Count: > 0 } page; after = page[^1].Document.Path)
            {
                foreach (var portion in DocumentPortions.Cut(page.OrderBy(document => document.Space.Fingerprint, StringComparer.Ordinal)))
                {
                    await export.ReadAsync(portion, cancellationToken);
                    var read = portion.Sum(document => (long)document.Document.ChunkCount);
                    (documents, chunks) = (documents + portion.Count, chunks + read);
                    meter.Add(portion.Count, read);
                }
            }
        }

        if (documents != collection.Summary.DocumentCount || chunks != collection.Summary.ChunkCount)
        {
            throw new ArchiveDamagedException(reader.Path, $"collection '{collection.Collection.Name}' holds other documents than the manifest says");
        }
    }
}
