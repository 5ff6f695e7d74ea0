using System.Buffers;
using Npgsql;
using NpgsqlTypes;
using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>Reads terms of segments, in one round trip for all that the cache does not have.</summary>
internal static class TermReader
{
    // The last page that begins at or before the hash, with all its parts.
    private const string ReadPages = """
        SELECT wanted.place, page.part, page.checksum, page.bytes
        FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS wanted(segment_id, hash, place)
        CROSS JOIN LATERAL (
            SELECT first_hash FROM segment_pages
            WHERE segment_id = wanted.segment_id AND first_hash <= wanted.hash
            ORDER BY first_hash DESC LIMIT 1) AS found
        JOIN segment_pages page ON page.segment_id = wanted.segment_id AND page.first_hash = found.first_hash
        ORDER BY wanted.place, page.part
        """;

    /// <summary>Reads terms.</summary>
    /// <param name="connection">In the transaction of the view.</param>
    /// <param name="cache">What was read before; receives what is read now.</param>
    /// <param name="wanted">Segments and terms.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>In the order wanted; null where the segment does not have the term.</returns>
    public static async ValueTask<TermPostings?[]> ReadAsync(
        NpgsqlConnection connection, PostingsCache cache, IReadOnlyList<(long SegmentId, string Term)> wanted, CancellationToken cancellationToken)
    {
        var found = new TermPostings?[wanted.Count];
        var missing = new List<int>();
        for (var i = 0; i < found.Length; i++)
        {
            if (!cache.TryFind(wanted[i].SegmentId, wanted[i].Term, out found[i]))
            {
                missing.Add(i);
            }
        }

        if (missing.Count > 0)
        {
            await ReadMissingAsync(connection, wanted, missing, found, cancellationToken);
            foreach (var i in missing)
            {
                cache.Add(wanted[i].SegmentId, wanted[i].Term, found[i]);
            }
        }

        return found;
    }

    private static async Task ReadMissingAsync(
        NpgsqlConnection connection, IReadOnlyList<(long SegmentId, string Term)> wanted, List<int> missing, TermPostings?[] found, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadPages, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = missing.Select(i => wanted[i].SegmentId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = missing.Select(i => PageHash.ToSigned(TermHash.Of(wanted[i].Term))).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
        });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var page = new ArrayBufferWriter<byte>();
        var current = -1;
        while (await rows.ReadAsync(cancellationToken))
        {
            var place = missing[(int)rows.GetInt64(0) - 1];
            if (place != current)
            {
                Find(wanted, found, current, page);
                page.ResetWrittenCount();
                current = place;
            }

            var bytes = await rows.GetFieldValueAsync<byte[]>(3, cancellationToken);
            PageDamage.Check(wanted[place].SegmentId, bytes, rows.GetInt32(2));
            page.Write(bytes);
        }

        Find(wanted, found, current, page);
    }

    private static void Find(IReadOnlyList<(long SegmentId, string Term)> wanted, TermPostings?[] found, int place, ArrayBufferWriter<byte> page)
    {
        if (place < 0)
        {
            return;
        }

        var term = wanted[place].Term;
        Span<byte> utf8 = stackalloc byte[TermDictionaryBuilder.MaxTextBytes];
        var text = utf8[..TermDictionaryBuilder.Encode(term, utf8)];
        var hash = TermHash.Of(term);
        var rest = page.WrittenSpan;
        try
        {
            while (PageEntry.TryRead(ref rest, out var entry) && entry.Hash <= hash)
            {
                if (entry.Hash == hash && entry.Text.SequenceEqual(text))
                {
                    found[place] = entry.ToPostings();
                    return;
                }
            }
        }
        catch (FormatException error)
        {
            throw PageDamage.Of(wanted[place].SegmentId, error);
        }
    }
}
