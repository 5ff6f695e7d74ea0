namespace Synapse.Storage.Copying;

/// <summary>Cuts lists of documents into portions that fit into memory.</summary>
internal static class DocumentPortions
{
    /// <summary>Documents that are listed at once.</summary>
    public const int PageDocuments = 500;

    private const long PortionBytes = 4 << 20;

    // A guess: what a chunk holds besides its embedding. The size of a file says little of its text.
    private const int ChunkBytes = 3_000;

    /// <summary>Cuts a list into portions of documents of one space and of some megabytes; a document larger than that is alone.</summary>
    public static IEnumerable<IReadOnlyList<ExportedDocument>> Cut(IEnumerable<ExportedDocument> documents)
    {
        var portion = new List<ExportedDocument>();
        var bytes = 0L;
        foreach (var document in documents)
        {
            var more = document.Document.ChunkCount * (ChunkBytes + (long)document.Space.Dimensions * sizeof(float));
            if (portion.Count > 0 && (bytes + more > PortionBytes || portion[0].Space.Fingerprint != document.Space.Fingerprint))
            {
                yield return portion;
                portion = [];
                bytes = 0;
            }

            portion.Add(document);
            bytes += more;
        }

        if (portion.Count > 0)
        {
            yield return portion;
        }
    }
}
