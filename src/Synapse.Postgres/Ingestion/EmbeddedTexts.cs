using Npgsql;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Storage;

namespace Synapse.Postgres.Ingestion;

/// <summary>Reads the texts of a document's chunks with their embeddings.</summary>
internal static class EmbeddedTexts
{
    /// <summary>Reads them, in order; none when the document is gone or is embedded in another space than its collection points to.</summary>
    public static async Task<IReadOnlyList<EmbeddedText>> ReadAsync(
        NpgsqlConnection connection, IVectorIndex vectors, string store, long collectionId, long documentId, CancellationToken cancellationToken)
    {
        var space = await EmbeddingSpaceRow.FindOfAsync(connection, collectionId, cancellationToken);
        var spans = await connection.ListAsync(
            "SELECT c.start_offset, c.end_offset FROM documents AS d JOIN chunks AS c ON c.document_id = d.id WHERE d.id = $1 AND d.collection_id = $2 AND $3 IN (d.space_id, d.second_space_id) ORDER BY c.ordinal",
            [documentId, collectionId, space?.Id ?? -1],
            row => (Start: row.GetInt32(0), End: row.GetInt32(1)),
            cancellationToken);
        if (space is null || spans.Count == 0)
        {
            return [];
        }

        var text = (await DocumentText.ReadAllAsync(connection, store, AccessScope.Everything, documentId, cancellationToken))!;
        var embeddings = await vectors.ReadAsync(connection, space, documentId, spans.Count, cancellationToken);
        return [.. spans.Zip(embeddings, (span, embedding) => new EmbeddedText(text[span.Start..span.End], embedding))];
    }
}
