using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.Switching;

/// <summary>Documents drawn from a collection, the same each time as long as it does not change.</summary>
/// <param name="Documents">The documents with their text.</param>
/// <param name="SizeBytes">Size of all documents of the collection, in bytes.</param>
internal sealed record DocumentSample(IReadOnlyList<(Document Document, string Text)> Documents, long SizeBytes)
{
    private const int PageDocuments = 1_000;

    /// <summary>Draws documents that have chunks, each with the same chance.</summary>
    /// <param name="library">The catalogue.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="count">How many, where there are as many.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<DocumentSample> DrawAsync(ILibraryStore library, long collectionId, int count, CancellationToken cancellationToken)
    {
        // Vitter's reservoir, with a seed of its own, so that two measurements ask the same.
        var random = new Random(20_261_128);
        var drawn = new List<Document>(count);
        var (seen, sizeBytes) = (0, 0L);
        for (Document? after = null; ;)
        {
            var page = await library.ListDocumentsAsync(AccessScope.Everything, collectionId, after, PageDocuments, cancellationToken);
            foreach (var document in page)
            {
                sizeBytes += document.SizeBytes;
                if (document.ChunkCount == 0)
                {
                    continue;
                }

                var place = random.Next(++seen);
                if (drawn.Count < count)
                {
                    drawn.Add(document);
                }
                else if (place < count)
                {
                    drawn[place] = document;
                }
            }

            if (page.Count < PageDocuments)
            {
                break;
            }

            after = page[^1];
        }

        var documents = new List<(Document, string)>(drawn.Count);
        foreach (var document in drawn)
        {
            // One that was removed meanwhile is missed by nobody.
            if (await library.ReadTextAsync(AccessScope.Everything, document.Id, cancellationToken) is { } text)
            {
                documents.Add((document, text));
            }
        }

        return new DocumentSample(documents, sizeBytes);
    }

    /// <summary>The texts of a document's chunks.</summary>
    public static IEnumerable<string> ChunksOf(Document document, string text)
        => Chunker.Chunk(text, document.Language).Select(chunk => text[chunk.StartOffset..chunk.EndOffset]);
}
