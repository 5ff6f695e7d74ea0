using Npgsql;
using NpgsqlTypes;
using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>The rows of segments.</summary>
internal static class SegmentRows
{
    /// <summary>The state of a segment that a merge is writing.</summary>
    public const short Unfinished = 0;

    /// <summary>The state of a segment that is searched.</summary>
    public const short Searched = 1;

    /// <summary>The state of a segment that was merged into another, and whose rows are to be deleted.</summary>
    public const short Replaced = 2;

    private const int HeaderPartBytes = 1 << 20;

    /// <summary>Adds the row of a segment.</summary>
    /// <returns>Its key.</returns>
    public static async Task<long> AddAsync(NpgsqlConnection connection, long collectionId, short state, bool isMerged, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("INSERT INTO segments(collection_id, state, is_merged) VALUES($1, $2, $3) RETURNING id", connection)
        {
            Parameters = { new() { Value = collectionId }, new() { Value = state }, new() { Value = isMerged } },
        };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Writes a header.</summary>
    public static async Task WriteHeaderAsync(NpgsqlConnection connection, SegmentHeader header, CancellationToken cancellationToken)
    {
        var bytes = header.ToBytes();
        await using var copy = await connection.BeginBinaryImportAsync("COPY segment_headers(segment_id, part, checksum, bytes) FROM STDIN (FORMAT binary)", cancellationToken);
        for (var part = 0; part * HeaderPartBytes < bytes.Length; part++)
        {
            await WriteRowAsync(copy, header.Id, part, bytes[(part * HeaderPartBytes)..Math.Min((part + 1) * HeaderPartBytes, bytes.Length)], firstHash: null, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>Writes pages.</summary>
    public static async Task WritePagesAsync(NpgsqlConnection connection, long segmentId, IEnumerable<SegmentPage> pages, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync("COPY segment_pages(segment_id, first_hash, part, checksum, bytes) FROM STDIN (FORMAT binary)", cancellationToken);
        foreach (var page in pages)
        {
            await WriteRowAsync(copy, segmentId, page.Part, page.Bytes, page.FirstHash, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task WriteRowAsync(NpgsqlBinaryImporter copy, long segmentId, int part, byte[] bytes, long? firstHash, CancellationToken cancellationToken)
    {
        await copy.StartRowAsync(cancellationToken);
        await copy.WriteAsync(segmentId, NpgsqlDbType.Bigint, cancellationToken);
        if (firstHash is { } hash)
        {
            await copy.WriteAsync(hash, NpgsqlDbType.Bigint, cancellationToken);
        }

        await copy.WriteAsync(part, NpgsqlDbType.Integer, cancellationToken);
        await copy.WriteAsync((int)Checksum.Of(bytes), NpgsqlDbType.Integer, cancellationToken);
        await copy.WriteAsync(bytes, NpgsqlDbType.Bytea, cancellationToken);
    }
}
