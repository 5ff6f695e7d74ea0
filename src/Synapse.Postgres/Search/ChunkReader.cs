using System.Text;
using Npgsql;
using Synapse.Errors;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Keywords;
using Synapse.Storage;

namespace Synapse.Postgres.Search;

/// <summary>Reads what is stored of given chunks, each list in one trip.</summary>
internal static class ChunkReader
{
    private const string Given = "FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS k(document_id, ordinal, place)"
        + " JOIN chunks AS c ON c.document_id = k.document_id AND c.ordinal = k.ordinal";

    private static readonly string s_describe =
        "SELECT k.place, d.collection_id, d.source_id, d.id, d.path, d.language, d.chunk_count, s.fingerprint, "
        + $"{ChunkRows.ColumnsOf("c")} {Given} JOIN documents AS d ON d.id = c.document_id JOIN collections AS l ON l.id = d.collection_id"
        + $" LEFT JOIN embedding_spaces AS s ON s.id = CASE WHEN $3::bigint IS NULL THEN {DocumentSpaces.Searched("d", "l.space_id")} WHEN $3 IN (d.space_id, d.second_space_id) THEN $3 END";

    private static readonly string s_texts =
        $"SELECT k.place, c.document_id, c.start_byte, c.end_byte, t.piece, t.bytes, t.checksum {Given} LEFT JOIN document_text AS t ON t.document_id = c.document_id"
        + $" AND t.piece BETWEEN c.start_byte / {DocumentText.PieceBytes} AND greatest(c.end_byte - 1, c.start_byte) / {DocumentText.PieceBytes} ORDER BY k.place, t.piece";

    /// <summary>Describes chunks, in the order given.</summary>
    /// <param name="connection">In the transaction of the view.</param>
    /// <param name="store">Name of the store.</param>
    /// <param name="view">The keywords of the view.</param>
    /// <param name="shadowSpaceId">The space that the view looks at in the place of the one that is searched; null for that.</param>
    /// <param name="chunks">The chunks.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="StoreCorruptException">A chunk is not there.</exception>
    public static async Task<IReadOnlyList<StoredChunk>> DescribeAsync(
        NpgsqlConnection connection, string store, IndexView view, long? shadowSpaceId, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
    {
        var described = new StoredChunk?[chunks.Count];
        foreach (var (place, chunk) in await connection.ListAsync(s_describe, [.. Places(view, chunks), shadowSpaceId], row => ((int)row.GetInt64(0) - 1, ReadChunk(row)), cancellationToken))
        {
            described[place] = chunk with { Key = chunks[place] };
        }

        return [.. described.Select((chunk, i) => chunk ?? throw new StoreCorruptException(store, $"chunk {view.Locate(chunks[i])} is in an index, and not in its document"))];
    }

    /// <summary>Reads the texts of chunks, in the order given; null for a chunk that is not there.</summary>
    /// <exception cref="StoreCorruptException">A text is not as it was written.</exception>
    public static async Task<IReadOnlyList<string?>> ReadTextsAsync(
        NpgsqlConnection connection, string store, IndexView view, IReadOnlyList<ChunkKey> chunks, CancellationToken cancellationToken)
    {
        var texts = new string?[chunks.Count];
        var pieces = await connection.ListAsync(
            s_texts,
            Places(view, chunks),
            row => (Place: (int)row.GetInt64(0) - 1, DocumentId: row.GetInt64(1), Start: row.GetInt32(2), End: row.GetInt32(3), Piece: DocumentText.Read(row, 4, store, row.GetInt64(1))),
            cancellationToken);
        foreach (var span in pieces.GroupBy(piece => (piece.Place, piece.DocumentId, piece.Start, piece.End), piece => piece.Piece))
        {
            var bytes = new byte[span.Key.End - span.Key.Start];
            var filled = 0;
            foreach (var (number, piece) in span)
            {
                var from = span.Key.Start + filled - number * DocumentText.PieceBytes;
                var taken = from < 0 ? 0 : Math.Min(bytes.Length - filled, piece.Length - from);
                if (taken > 0)
                {
                    piece.AsSpan(from, taken).CopyTo(bytes.AsSpan(filled));
                    filled += taken;
                }
            }

            texts[span.Key.Place] = filled == bytes.Length ? Encoding.UTF8.GetString(bytes) : throw DocumentText.Early(store, span.Key.DocumentId);
        }

        return texts;
    }

    private static object?[] Places(IndexView view, IReadOnlyList<ChunkKey> chunks)
    {
        var places = chunks.Select(view.Locate).ToArray();
        return [places.Select(place => place.DocumentId).ToArray(), places.Select(place => place.Ordinal).ToArray()];
    }

    private static StoredChunk ReadChunk(NpgsqlDataReader row)
        => new(default, row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4), row.GetString(5), row.GetInt32(6), ChunkRows.Read(row, 8))
        {
            SpaceFingerprint = row.TextOrNull(7),
        };
}
