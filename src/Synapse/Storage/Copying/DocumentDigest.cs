using Synapse.Ingestion.Chunking;

namespace Synapse.Storage.Copying;

/// <summary>What makes two documents of two stores the same: everything but their keys, and the embeddings as exact as every store keeps them.</summary>
internal static class DocumentDigest
{
    /// <summary>Computes it.</summary>
    /// <param name="hash">Any; it is used and left empty.</param>
    /// <param name="document">The document.</param>
    /// <param name="content">What it holds.</param>
    public static byte[] Of(CanonicalHash hash, ExportedDocument document, DocumentContent content)
    {
        var row = document.Document;
        hash.Add(row.Path).Add(row.Language).Add(row.ContentHash).Add(row.SizeBytes).Add(row.ModifiedAt.UtcTicks).Add(row.LineCount).Add(document.Space.Fingerprint);
        hash.AddText(content.Text).Add(content.Chunks.Count);
        foreach (var chunk in content.Chunks)
        {
            Add(hash, chunk);
        }

        return hash.Add(content.Embeddings.Span, document.Space.Dimensions).Finish();
    }

    private static void Add(CanonicalHash hash, Chunk chunk)
    {
        hash.Add(chunk.Ordinal).Add(chunk.StartOffset).Add(chunk.EndOffset).Add(chunk.StartLine).Add(chunk.EndLine).Add((long)chunk.Kind);
        hash.Add(chunk.Heading).Add(chunk.Symbol).Add(chunk.DefinesSymbol ? 1 : 0).Add(chunk.Definitions.Count);
        foreach (var definition in chunk.Definitions)
        {
            hash.Add(definition);
        }
    }
}
