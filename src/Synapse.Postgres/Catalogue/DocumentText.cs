using System.Text;
using Npgsql;
using NpgsqlTypes;
using Synapse.Errors;
using Synapse.Indexing;
using Synapse.Library;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Catalogue;

/// <summary>The texts of documents, as UTF-8 in pieces.</summary>
internal static class DocumentText
{
    /// <summary>Bytes per piece; the last of a text may have fewer. Written in stores: it never changes.</summary>
    public const int PieceBytes = 16 << 10;

    private const string Copy = "COPY document_text(document_id, piece, bytes, checksum) FROM STDIN (FORMAT BINARY)";

    /// <summary>Stores texts.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, IEnumerable<(long DocumentId, string Text)> texts, CancellationToken cancellationToken)
    {
        await using var import = await connection.BeginBinaryImportAsync(Copy, cancellationToken);
        foreach (var (documentId, text) in texts)
        {
            var piece = 0;
            foreach (var bytes in Pieces(text))
            {
                await import.StartRowAsync(cancellationToken);
                await import.WriteAsync(documentId, NpgsqlDbType.Bigint, cancellationToken);
                await import.WriteAsync(piece++, NpgsqlDbType.Integer, cancellationToken);
                await import.WriteAsync(bytes, NpgsqlDbType.Bytea, cancellationToken);
                await import.WriteAsync((int)Checksum.Of(bytes.Span), NpgsqlDbType.Integer, cancellationToken);
            }
        }

        await import.CompleteAsync(cancellationToken);
    }

    /// <summary>Reads a whole text, or null when the scope does not cover the document or it is gone.</summary>
    /// <exception cref="StoreCorruptException">The text is not as it was written.</exception>
    public static async Task<string?> ReadAllAsync(NpgsqlConnection connection, string store, AccessScope scope, long documentId, CancellationToken cancellationToken)
    {
        var pieces = await connection.ListAsync(
            "SELECT t.piece, t.bytes, t.checksum FROM documents AS d LEFT JOIN document_text AS t ON t.document_id = d.id"
            + $" WHERE d.id = $2 AND {Commands.Within("d.collection_id", "$1")} ORDER BY t.piece",
            [Commands.Ids(scope), documentId],
            row => Read(row, 0, store, documentId),
            cancellationToken);
        return pieces.Count == 0 ? null : Join(store, documentId, pieces);
    }

    /// <summary>Reads the whole texts of documents that are there.</summary>
    /// <returns>By the keys of the documents.</returns>
    /// <exception cref="StoreCorruptException">A text is not as it was written.</exception>
    public static async Task<Dictionary<long, string>> ReadAllAsync(NpgsqlConnection connection, string store, long[] documentIds, CancellationToken cancellationToken)
    {
        var pieces = (await connection.ListAsync(
            "SELECT document_id, piece, bytes, checksum FROM document_text WHERE document_id = ANY($1) ORDER BY document_id, piece",
            [documentIds],
            row => (DocumentId: row.GetInt64(0), Piece: Read(row, 1, store, row.GetInt64(0))),
            cancellationToken)).ToLookup(row => row.DocumentId, row => row.Piece);
        return documentIds.ToDictionary(id => id, id => pieces[id].ToList() is { Count: > 0 } found ? Join(store, id, found) : throw Early(store, id));
    }

    private static string Join(string store, long documentId, List<(int Piece, byte[] Bytes)> pieces)
    {
        var text = new StringBuilder();
        var decoder = Encoding.UTF8.GetDecoder();
        var characters = new char[PieceBytes + 2];
        for (var i = 0; i < pieces.Count; i++)
        {
            var (piece, bytes) = pieces[i];
            if (piece != i || (bytes.Length < PieceBytes && i + 1 < pieces.Count))
            {
                throw Early(store, documentId);
            }

            text.Append(characters, 0, decoder.GetChars(bytes, characters, flush: false));
        }

        return text.ToString();
    }

    /// <summary>Reads a piece and compares it with its checksum: a quote is compared with this text, so a changed byte must not pass for what the document says.</summary>
    /// <param name="row">The row.</param>
    /// <param name="column">The column of the piece's number; its bytes and its checksum follow.</param>
    /// <param name="store">Name of the store.</param>
    /// <param name="documentId">The document.</param>
    /// <exception cref="StoreCorruptException">The piece is not there, or not as it was written.</exception>
    public static (int Piece, byte[] Bytes) Read(NpgsqlDataReader row, int column, string store, long documentId)
    {
        if (row.IsDBNull(column))
        {
            throw Early(store, documentId);
        }

        var bytes = row.GetFieldValue<byte[]>(column + 1);
        return (int)Checksum.Of(bytes) == row.GetInt32(column + 2)
            ? (row.GetInt32(column), bytes)
            : throw new StoreCorruptException(store, $"the text of document {documentId} is not as it was written");
    }

    /// <summary>The error for a text that lacks a piece.</summary>
    public static StoreCorruptException Early(string store, long documentId) => new(store, $"the text of document {documentId} ends early");

    /// <summary>A text as UTF-8 in pieces; at least one, which may be empty.</summary>
    private static IEnumerable<ReadOnlyMemory<byte>> Pieces(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var start = 0; start < bytes.Length || start == 0; start += PieceBytes)
        {
            yield return bytes.AsMemory(start, Math.Min(PieceBytes, bytes.Length - start));
        }
    }
}
