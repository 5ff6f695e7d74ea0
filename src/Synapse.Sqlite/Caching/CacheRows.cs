using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Synapse.Embedding;
using Synapse.Indexing;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Vectors;

namespace Synapse.Sqlite.Caching;

/// <summary>The rows of the cache of embeddings: 8-bit numbers, as segments hold them.</summary>
internal static class CacheRows
{
    /// <summary>What a row takes beside its numbers, the indexes included.</summary>
    private const int RowBytes = 160;

    /// <summary>Finds an embedding; empty when there is none, or not as it was written.</summary>
    public static ReadOnlyMemory<float> Find(StoreConnection connection, EmbeddingSpaceRow space, PassageKey key)
    {
        var read = connection.Prepare("SELECT bytes, checksum FROM cached_embeddings WHERE key = ? AND space_id = ?").Bind(1, key.ToBytes()).Bind(2, space.Id);
        var found = default(ReadOnlyMemory<float>);
        if (read.Step() && read.Blob(0) is var bytes && bytes.Length == space.Dimensions && Checksum.Of(bytes) == read.Int64(1))
        {
            var numbers = new float[space.Dimensions];
            TensorPrimitives.ConvertTruncating<sbyte, float>(MemoryMarshal.Cast<byte, sbyte>(bytes), numbers);
            // Set as it is: the largest of a row is 127. What is read from it has unit length again.
            var row = VectorRows.Allocate(1, space.Dimensions);
            row.Set(0, numbers);
            found = row.Get(0);
        }

        read.Reset();
        return found;
    }

    /// <summary>Adds an embedding, or replaces the one that is there.</summary>
    public static void Add(StoreConnection connection, EmbeddingSpaceRow space, PassageKey key, ReadOnlySpan<float> embedding, DateTimeOffset now)
    {
        var rounded = new sbyte[space.Dimensions];
        EmbeddingRounding.Round(embedding, rounded);
        var bytes = MemoryMarshal.AsBytes<sbyte>(rounded);
        connection.Prepare("INSERT OR REPLACE INTO cached_embeddings(key, space_id, written_at, checksum, bytes) VALUES(?, ?, ?, ?, ?)")
            .Bind(1, key.ToBytes())
            .Bind(2, space.Id)
            .Bind(3, now.UtcTicks)
            .Bind(4, (long)Checksum.Of(bytes))
            .Bind(5, bytes)
            .Run();
    }

    /// <summary>Bytes of all rows.</summary>
    public static long Measure(StoreConnection connection)
        => LibraryQueries.Collect(
            connection.Prepare(
                "SELECT c.n, s.dimensions FROM (SELECT space_id, count(*) AS n FROM cached_embeddings GROUP BY space_id) c JOIN embedding_spaces s ON s.id = c.space_id"),
            row => row.Int64(0) * (RowBytes + row.Int64(1))).Sum();

    /// <summary>Removes the rows that were written first.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="most">Most rows to remove.</param>
    /// <returns>How many were removed, and their bytes.</returns>
    public static (long Rows, long Bytes) RemoveFirst(StoreConnection connection, int most)
    {
        var removed = LibraryQueries.Collect(
            connection.Prepare("DELETE FROM cached_embeddings WHERE id IN (SELECT id FROM cached_embeddings ORDER BY id LIMIT ?) RETURNING length(bytes)").Bind(1, (long)most),
            row => RowBytes + row.Int64(0));
        return (removed.Count, removed.Sum());
    }

    /// <summary>The texts whose embeddings were written before a time.</summary>
    public static HashSet<PassageKey> ListBefore(StoreConnection connection, DateTimeOffset time)
        => [.. LibraryQueries.Collect(
            connection.Prepare("SELECT key FROM cached_embeddings WHERE written_at < ?").Bind(1, time.UtcTicks), row => PassageKey.Read(row.Blob(0)))];

    /// <summary>Removes the embeddings of a text, in all spaces, that were written before a time.</summary>
    public static int Remove(StoreConnection connection, PassageKey key, DateTimeOffset before)
    {
        connection.Prepare("DELETE FROM cached_embeddings WHERE key = ? AND written_at < ?").Bind(1, key.ToBytes()).Bind(2, before.UtcTicks).Run();
        return connection.Changes;
    }
}
