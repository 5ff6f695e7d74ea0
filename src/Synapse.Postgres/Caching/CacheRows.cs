using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Npgsql;
using Synapse.Embedding;
using Synapse.Indexing;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Caching;

/// <summary>The rows of the cache of embeddings: 16-bit floats, the lower byte first, as every processor that Synapse runs on has them.</summary>
internal static class CacheRows
{
    /// <summary>What a row takes beside its numbers, the indexes included.</summary>
    private const int RowBytes = 160;

    /// <summary>Finds embeddings; none for a text of which there is none, or not as it was written.</summary>
    public static async Task<Dictionary<PassageKey, ReadOnlyMemory<float>>> FindAsync(
        NpgsqlConnection connection, EmbeddingSpace space, IReadOnlyList<PassageKey> keys, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            "SELECT c.key, c.bytes, c.checksum FROM cached_embeddings AS c JOIN embedding_spaces AS s ON s.id = c.space_id WHERE s.fingerprint = $1 AND c.key = ANY($2)",
            [space.Fingerprint, keys.Select(key => key.ToBytes()).ToArray()],
            row => (Key: PassageKey.Read(row.GetFieldValue<byte[]>(0)), Bytes: row.GetFieldValue<byte[]>(1), Checksum: row.GetInt32(2)),
            cancellationToken);
        var found = new Dictionary<PassageKey, ReadOnlyMemory<float>>(rows.Count);
        foreach (var (key, bytes, checksum) in rows)
        {
            if (bytes.Length == space.Dimensions * 2 && (int)Checksum.Of(bytes) == checksum)
            {
                var embedding = new float[space.Dimensions];
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), embedding);
                found[key] = embedding;
            }
        }

        return found;
    }

    /// <summary>Adds embeddings, or replaces those that are there. Several servers may add the same at once.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, long spaceId, IReadOnlyList<KeyValuePair<PassageKey, ReadOnlyMemory<float>>> embeddings, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // In one order, so that no two servers wait for each other's rows; each once, as one statement changes no row twice.
        var rows = embeddings.GroupBy(each => each.Key.Value).OrderBy(group => group.Key).Select(group => (Key: group.First().Key.ToBytes(), Bytes: ToBytes(group.First().Value.Span))).ToList();
        await connection.ExecuteAsync(
            "INSERT INTO cached_embeddings(key, space_id, written_at, checksum, bytes)"
            + " SELECT r.key, $1, $2, r.checksum, r.bytes FROM unnest($3::bytea[], $4::int[], $5::bytea[]) AS r(key, checksum, bytes)"
            + " ON CONFLICT(key, space_id) DO UPDATE SET written_at = excluded.written_at, checksum = excluded.checksum, bytes = excluded.bytes",
            [spaceId, now.UtcTicks, rows.Select(row => row.Key).ToArray(), rows.Select(row => (int)Checksum.Of(row.Bytes)).ToArray(), rows.Select(row => row.Bytes).ToArray()],
            cancellationToken);
    }

    /// <summary>Bytes of all rows.</summary>
    public static async Task<long> MeasureAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        => (await connection.ListAsync(
            "SELECT c.n, s.dimensions FROM (SELECT space_id, count(*) AS n FROM cached_embeddings GROUP BY space_id) AS c JOIN embedding_spaces AS s ON s.id = c.space_id",
            [],
            row => row.GetInt64(0) * (RowBytes + 2L * row.GetInt32(1)),
            cancellationToken)).Sum();

    /// <summary>Removes the rows that were written first. What another server removes at the same moment is passed over.</summary>
    /// <returns>How many were removed, and their bytes.</returns>
    public static async Task<(long Rows, long Bytes)> RemoveFirstAsync(NpgsqlConnection connection, int most, CancellationToken cancellationToken)
    {
        var removed = await connection.ListAsync(
            "DELETE FROM cached_embeddings WHERE ctid = ANY(ARRAY(SELECT ctid FROM cached_embeddings ORDER BY written_at LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING length(bytes)",
            [most],
            row => (long)RowBytes + row.GetInt32(0),
            cancellationToken);
        return (removed.Count, removed.Sum());
    }

    /// <summary>The texts whose embeddings were written before a time.</summary>
    public static async Task<HashSet<PassageKey>> ListBeforeAsync(NpgsqlConnection connection, DateTimeOffset time, CancellationToken cancellationToken)
        => [.. await connection.ListAsync(
            "SELECT key FROM cached_embeddings WHERE written_at < $1", [time.UtcTicks], row => PassageKey.Read(row.GetFieldValue<byte[]>(0)), cancellationToken)];

    /// <summary>Removes the embeddings of texts, in all spaces, that were written before a time.</summary>
    public static Task<int> RemoveAsync(NpgsqlConnection connection, IEnumerable<PassageKey> keys, DateTimeOffset before, CancellationToken cancellationToken)
        => connection.ExecuteAsync(
            "DELETE FROM cached_embeddings WHERE key = ANY($1) AND written_at < $2", [keys.Select(key => key.ToBytes()).ToArray(), before.UtcTicks], cancellationToken);

    private static byte[] ToBytes(ReadOnlySpan<float> embedding)
    {
        var bytes = new byte[embedding.Length * 2];
        TensorPrimitives.ConvertToHalf(embedding, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()));
        return bytes;
    }
}
