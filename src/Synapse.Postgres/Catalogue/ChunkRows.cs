using Npgsql;
using NpgsqlTypes;
using Synapse.Indexing;
using Synapse.Ingestion.Chunking;
using Synapse.Postgres.Connections;
using Synapse.Storage;

namespace Synapse.Postgres.Catalogue;

/// <summary>The chunks of documents without their texts.</summary>
internal static class ChunkRows
{
    private const string Copy =
        "COPY chunks(document_id, ordinal, start_offset, end_offset, start_byte, end_byte, start_line, end_line, kind, heading, symbol, defines_symbol, definitions)"
        + " FROM STDIN (FORMAT BINARY)";

    /// <summary>Stores the chunks of documents.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, IEnumerable<(long DocumentId, DocumentVersion Version)> documents, CancellationToken cancellationToken)
    {
        await using var import = await connection.BeginBinaryImportAsync(Copy, cancellationToken);
        foreach (var (documentId, version) in documents)
        {
            var bytes = new Utf8Offsets(version.Text);
            foreach (var chunk in version.Chunks)
            {
                await WriteAsync(import, documentId, chunk, bytes.Of(chunk.StartOffset), bytes.Of(chunk.EndOffset), cancellationToken);
            }
        }

        await import.CompleteAsync(cancellationToken);
    }

    /// <summary>Reads the chunks of documents, in order.</summary>
    /// <returns>By the keys of the documents; none for one without chunks.</returns>
    public static async Task<ILookup<long, Chunk>> ReadAllAsync(NpgsqlConnection connection, long[] documentIds, CancellationToken cancellationToken)
        => (await connection.ListAsync(
            $"SELECT c.document_id, {ColumnsOf("c")} FROM chunks AS c WHERE c.document_id = ANY($1) ORDER BY c.document_id, c.ordinal",
            [documentIds],
            row => (DocumentId: row.GetInt64(0), Chunk: Read(row, 1)),
            cancellationToken)).ToLookup(row => row.DocumentId, row => row.Chunk);

    /// <summary>Reads a chunk from columns that <see cref="ColumnsOf"/> names.</summary>
    public static Chunk Read(NpgsqlDataReader row, int column)
        => new(
            row.GetInt32(column),
            row.GetInt32(column + 1),
            row.GetInt32(column + 2),
            row.GetInt32(column + 3),
            row.GetInt32(column + 4),
            (ChunkKind)row.GetInt16(column + 5),
            row.TextOrNull(column + 6),
            row.TextOrNull(column + 7),
            row.GetBoolean(column + 8))
        {
            Definitions = row.IsDBNull(column + 9) ? [] : row.GetFieldValue<string[]>(column + 9),
        };

    /// <summary>The columns of a chunk.</summary>
    /// <param name="table">Name of the table in the query.</param>
    public static string ColumnsOf(string table)
        => string.Join(", ", ((string[])["ordinal", "start_offset", "end_offset", "start_line", "end_line", "kind", "heading", "symbol", "defines_symbol", "definitions"]).Select(column => $"{table}.{column}"));

    private static async Task WriteAsync(NpgsqlBinaryImporter import, long documentId, Chunk chunk, int startByte, int endByte, CancellationToken cancellationToken)
    {
        await import.StartRowAsync(cancellationToken);
        await import.WriteAsync(documentId, NpgsqlDbType.Bigint, cancellationToken);
        foreach (var number in (int[])[chunk.Ordinal, chunk.StartOffset, chunk.EndOffset, startByte, endByte, chunk.StartLine, chunk.EndLine])
        {
            await import.WriteAsync(number, NpgsqlDbType.Integer, cancellationToken);
        }

        await import.WriteAsync((short)chunk.Kind, NpgsqlDbType.Smallint, cancellationToken);
        await WriteTextAsync(import, chunk.Heading, cancellationToken);
        await WriteTextAsync(import, chunk.Symbol, cancellationToken);
        await import.WriteAsync(chunk.DefinesSymbol, NpgsqlDbType.Boolean, cancellationToken);
        if (chunk.Definitions.Count == 0)
        {
            await import.WriteNullAsync(cancellationToken);
        }
        else
        {
            await import.WriteAsync(chunk.Definitions.Select(Commands.Storable).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text, cancellationToken);
        }
    }

    private static Task WriteTextAsync(NpgsqlBinaryImporter import, string? text, CancellationToken cancellationToken)
        => text is null ? import.WriteNullAsync(cancellationToken) : import.WriteAsync(Commands.Storable(text), NpgsqlDbType.Text, cancellationToken);
}
