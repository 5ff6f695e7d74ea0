using System.Buffers;
using System.Text;
using Synapse.Errors;
using Synapse.Indexing;
using Synapse.Sqlite.Connections;

namespace Synapse.Sqlite.Catalogue;

/// <summary>The texts of documents, as UTF-8 in pieces.</summary>
internal static class DocumentText
{
    /// <summary>Bytes per piece; the last of a text may have fewer.</summary>
    public const int PieceBytes = 64 << 10;

    private const int PieceBits = 20;

    /// <summary>Stores a text.</summary>
    public static void Write(StoreConnection connection, long documentId, string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(Math.Min(text.Length, PieceBytes * 4)));
        var insert = connection.Prepare("INSERT INTO document_text(id, bytes, checksum) VALUES(?, ?, ?)");
        var encoder = Encoding.UTF8.GetEncoder();
        var filled = 0;
        var pieces = 0;
        for (var start = 0; start < text.Length || start == 0; start += PieceBytes * 2)
        {
            var slice = text.AsSpan(start, Math.Min(PieceBytes * 2, text.Length - start));
            var last = start + slice.Length == text.Length;
            filled += encoder.GetBytes(slice, buffer.AsSpan(filled), flush: last);
            var written = 0;
            while (filled - written >= PieceBytes || (last && (filled > written || pieces == 0)))
            {
                var piece = buffer.AsSpan(written, Math.Min(PieceBytes, filled - written));
                insert.Bind(1, (documentId << PieceBits) | (long)pieces++).Bind(2, piece).Bind(3, (long)Checksum.Of(piece)).Run();
                written += piece.Length;
            }

            buffer.AsSpan(written, filled - written).CopyTo(buffer);
            filled -= written;
            if (last)
            {
                break;
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Removes the text of a document.</summary>
    public static void Delete(StoreConnection connection, long documentId)
        => connection.Prepare("DELETE FROM document_text WHERE id BETWEEN ? AND ?")
            .Bind(1, documentId << PieceBits)
            .Bind(2, (documentId << PieceBits) | ((1 << PieceBits) - 1))
            .Run();

    /// <summary>Reads a span of bytes.</summary>
    /// <returns>False when the document is gone.</returns>
    /// <exception cref="StoreCorruptException">The text is not as it was written.</exception>
    public static bool TryRead(StoreConnection connection, long documentId, int start, Span<byte> destination)
    {
        if (destination.IsEmpty)
        {
            return !IsGone(connection, documentId);
        }

        var read = connection.Prepare("SELECT bytes, checksum FROM document_text WHERE id = ?");
        var first = true;
        do
        {
            var piece = start / PieceBytes;
            if (!read.Bind(1, (documentId << PieceBits) | (long)piece).Step())
            {
                read.Reset();
                return first && IsGone(connection, documentId)
                    ? false
                    : throw new StoreCorruptException(connection.Path, $"the text of document {documentId} ends early");
            }

            var bytes = Verified(connection, documentId, read);
            var from = Math.Min(start - piece * PieceBytes, bytes.Length);
            var taken = Math.Min(destination.Length, bytes.Length - from);
            bytes.Slice(from, taken).CopyTo(destination);
            read.Reset();
            if (taken == 0)
            {
                throw new StoreCorruptException(connection.Path, $"the text of document {documentId} ends early");
            }

            destination = destination[taken..];
            start += taken;
            first = false;
        }
        while (!destination.IsEmpty);
        return true;
    }

    /// <summary>Reads a whole text.</summary>
    /// <exception cref="StoreCorruptException">The text is not as it was written.</exception>
    public static string ReadAll(StoreConnection connection, long documentId)
    {
        var text = new StringBuilder();
        var decoder = Encoding.UTF8.GetDecoder();
        var characters = new char[PieceBytes + 2];
        var read = connection.Prepare("SELECT bytes, checksum FROM document_text WHERE id BETWEEN ? AND ? ORDER BY id")
            .Bind(1, documentId << PieceBits)
            .Bind(2, (documentId << PieceBits) | ((1 << PieceBits) - 1));
        while (read.Step())
        {
            text.Append(characters, 0, decoder.GetChars(Verified(connection, documentId, read), characters, flush: false));
        }

        read.Reset();
        return text.ToString();
    }

    // A quote is compared with this text, so a changed byte must not pass for what the document says.
    private static ReadOnlySpan<byte> Verified(StoreConnection connection, long documentId, StoreStatement row)
    {
        var bytes = row.Blob(0);
        if (!row.IsNull(1) && row.Int64(1) != Checksum.Of(bytes))
        {
            row.Reset();
            throw new StoreCorruptException(connection.Path, $"the text of document {documentId} is not as it was written");
        }

        return bytes;
    }

    private static bool IsGone(StoreConnection connection, long documentId)
    {
        var find = connection.Prepare("SELECT 1 FROM documents WHERE id = ?").Bind(1, documentId);
        var there = find.Step();
        find.Reset();
        return !there;
    }
}
