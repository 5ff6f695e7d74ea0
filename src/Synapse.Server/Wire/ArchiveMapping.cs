using Synapse.Contracts;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Storage.Archiving;
using Synapse.Storage.Copying;

namespace Synapse.Server.Wire;

/// <summary>Writes archives in the words of the contract.</summary>
internal static class ArchiveMapping
{
    public static ArchiveProgressResponse ToResponse(this CopyProgress progress)
        => new(
            progress.Phase switch
            {
                CopyPhase.Archiving => "archiving",
                CopyPhase.Checking => "checking",
                CopyPhase.Copying => "copying",
                _ => "comparing",
            },
            progress.DocumentsDone,
            progress.DocumentsTotal,
            progress.ChunksDone,
            progress.ChunksTotal,
            progress.Remaining?.TotalMilliseconds);

    public static ArchiveResponse ToResponse(this ArchiveReport written, string path, TimeSpan elapsed)
        => new(
            path,
            written.Bytes,
            written.Sha256,
            [.. written.Collections.Select(collection => new ArchivedCollectionResponse(collection.Name, collection.Documents, collection.Chunks, collection.Models))],
            written.EgressEntries,
            written.Files,
            elapsed.TotalMilliseconds);

    public static async ValueTask<ImportedCollectionResponse> ToResponseAsync(this ImportReport imported, IEmbedders embedders, CancellationToken cancellationToken)
    {
        var collection = imported.Collection;
        return new(
            collection.Name,
            collection.Documents,
            collection.Chunks,
            collection.Digest,
            imported.Space?.Model,
            imported.Space is { } space && await HasAsync(embedders, space, cancellationToken),
            imported.Resumed,
            imported.Elapsed.TotalMilliseconds);
    }

    private static async ValueTask<bool> HasAsync(IEmbedders embedders, EmbeddingSpace space, CancellationToken cancellationToken)
    {
        try
        {
            return await embedders.FindAsync(space.Fingerprint, cancellationToken) is not null;
        }
        catch (SynapseException)
        {
            // A provider that cannot be asked now may have it; searches find out.
            return false;
        }
    }
}
