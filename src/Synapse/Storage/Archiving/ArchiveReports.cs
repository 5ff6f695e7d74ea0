namespace Synapse.Storage.Archiving;

/// <summary>Tells what a manifest says.</summary>
internal static class ArchiveReports
{
    public static ArchiveReport Of(ArchiveManifest manifest, string hash, long bytes, long egressEntries)
        => new(
            manifest.Content,
            hash,
            bytes,
            manifest.CreatedAt,
            manifest.Program,
            [.. manifest.Collections.Select(collection => new ArchivedCollectionReport(collection.Name, collection.Documents, collection.Chunks, collection.Models))],
            egressEntries,
            manifest.Files);
}
