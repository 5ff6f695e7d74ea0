using Synapse.Embedding;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;

namespace Synapse.Sqlite;

/// <summary>The embedding space in use.</summary>
/// <param name="Id">Key in the store; the space with the highest is in use.</param>
/// <param name="Fingerprint">What makes embeddings comparable.</param>
/// <param name="Dimensions">Numbers per embedding.</param>
internal sealed record EmbeddingSpaceRow(long Id, string Fingerprint, int Dimensions)
{
    /// <summary>Reads the space in use, or null before the first.</summary>
    public static EmbeddingSpaceRow? ReadCurrent(StoreConnection connection)
        => LibraryQueries.Collect(
            connection.Prepare("SELECT id, fingerprint, dimensions FROM embedding_spaces ORDER BY id DESC LIMIT 1"),
            row => new EmbeddingSpaceRow(row.Int64(0), row.Text(1), row.Int32(2))).FirstOrDefault();

    /// <summary>Makes a space the one in use; the embeddings of all others are dropped.</summary>
    public static EmbeddingSpaceRow Use(StoreConnection connection, EmbeddingSpace space)
    {
        connection.Prepare("INSERT INTO embedding_spaces(fingerprint, dimensions) VALUES(?, ?)")
            .Bind(1, space.Fingerprint)
            .Bind(2, (long)space.Dimensions)
            .Run();
        var id = connection.LastInsertId;
        // Stream 1 of every segment, see SegmentCodec.
        connection.Execute("DELETE FROM segment_parts WHERE (id >> 16) & 15 = 1");
        return new EmbeddingSpaceRow(id, space.Fingerprint, space.Dimensions);
    }
}
