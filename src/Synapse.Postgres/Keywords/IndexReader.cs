using System.Buffers;
using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace Synapse.Postgres.Keywords;

/// <summary>Reads the index of collections, and keeps the last one of each: the next view of the same commit reads nothing.</summary>
internal sealed class IndexReader
{
    private const string ReadSegments = "SELECT id, is_merged FROM segments WHERE collection_id = $1 AND state = 1 ORDER BY id";
    private const string ReadRemoved = "SELECT document_id FROM removed_documents WHERE collection_id = $1 AND version > $2";
    private const string ReadHeaders = "SELECT segment_id, checksum, bytes FROM segment_headers WHERE segment_id = ANY($1) ORDER BY segment_id, part";

    private readonly ConcurrentDictionary<long, CollectionIndex> _indexes = new();

    /// <summary>The index of a collection.</summary>
    /// <param name="connection">In the transaction that told the version.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="version">The commit that the transaction sees.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="Errors.StoreCorruptException">A segment is not as it was written.</exception>
    public async ValueTask<CollectionIndex> ReadAsync(NpgsqlConnection connection, long collectionId, long version, CancellationToken cancellationToken)
    {
        // A transaction that began earlier than the one before it, or on a standby, may see an older commit: then only headers are known, and what is read is not kept.
        var last = _indexes.GetValueOrDefault(collectionId);
        var known = last is not null && last.Version <= version ? last : new CollectionIndex(collectionId, 0, []);
        if (known.Version == version && version > 0)
        {
            return known;
        }

        var index = await AdvanceAsync(connection, known, last?.Segments ?? [], version, cancellationToken);
        _indexes.AddOrUpdate(collectionId, index, (_, kept) => kept.Version > version ? kept : index);
        return index;
    }

    private static async Task<CollectionIndex> AdvanceAsync(
        NpgsqlConnection connection, CollectionIndex known, IReadOnlyList<SegmentView> read, long version, CancellationToken cancellationToken)
    {
        var headers = read.ToDictionary(static view => view.Header.Id, static view => view.Header);
        var segments = new List<(long Id, bool IsMerged)>();
        await using (var command = new NpgsqlCommand(ReadSegments, connection) { Parameters = { new() { Value = known.CollectionId } } })
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                segments.Add((rows.GetInt64(0), rows.GetBoolean(1)));
            }
        }

        // A segment that was merged meanwhile may hold documents that were removed before: only for the others the removals since the known commit are enough.
        var hasNewMerge = segments.Exists(segment => segment.IsMerged && !known.Segments.Any(view => view.Header.Id == segment.Id));
        var removed = await ReadRemovedAsync(connection, known.CollectionId, hasNewMerge ? 0 : known.Version, cancellationToken);
        foreach (var header in await ReadHeadersAsync(connection, [.. segments.Select(static segment => segment.Id).Where(id => !headers.ContainsKey(id))], cancellationToken))
        {
            headers.Add(header.Id, header);
        }

        return known.Advance(version, segments.Select(segment => headers.GetValueOrDefault(segment.Id) ?? throw PageDamage.Of(segment.Id, null)), removed);
    }

    private static async Task<List<long>> ReadRemovedAsync(NpgsqlConnection connection, long collectionId, long after, CancellationToken cancellationToken)
    {
        var removed = new List<long>();
        await using var command = new NpgsqlCommand(ReadRemoved, connection) { Parameters = { new() { Value = collectionId }, new() { Value = after } } };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            removed.Add(rows.GetInt64(0));
        }

        return removed;
    }

    /// <summary>Reads headers, by id.</summary>
    public static async Task<List<SegmentHeader>> ReadHeadersAsync(NpgsqlConnection connection, long[] segmentIds, CancellationToken cancellationToken)
    {
        var headers = new List<SegmentHeader>();
        if (segmentIds.Length == 0)
        {
            return headers;
        }

        await using var command = new NpgsqlCommand(ReadHeaders, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = segmentIds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var bytes = new ArrayBufferWriter<byte>();
        var current = -1L;
        while (await rows.ReadAsync(cancellationToken))
        {
            var id = rows.GetInt64(0);
            if (id != current)
            {
                AddHeader(headers, current, bytes);
                current = id;
            }

            var part = await rows.GetFieldValueAsync<byte[]>(2, cancellationToken);
            PageDamage.Check(id, part, rows.GetInt32(1));
            bytes.Write(part);
        }

        AddHeader(headers, current, bytes);
        return headers;
    }

    private static void AddHeader(List<SegmentHeader> headers, long segmentId, ArrayBufferWriter<byte> bytes)
    {
        if (segmentId < 0)
        {
            return;
        }

        try
        {
            headers.Add(SegmentHeader.Read(segmentId, bytes.WrittenSpan));
            bytes.ResetWrittenCount();
        }
        catch (FormatException error)
        {
            throw PageDamage.Of(segmentId, error);
        }
    }
}
