using Synapse.Embedding;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;

namespace Synapse.Sqlite;

/// <summary>An embedding space that collections point to, or pointed to.</summary>
/// <param name="Id">Key in the store; 0 is no space.</param>
/// <param name="Space">The space.</param>
/// <param name="Fingerprint">What makes embeddings comparable, as it was stored.</param>
internal sealed record EmbeddingSpaceRow(long Id, EmbeddingSpace Space, string Fingerprint)
{
    private const string Columns = "SELECT id, model, dimensions, query_prefix, passage_prefix, fingerprint FROM embedding_spaces";

    /// <summary>Numbers per embedding.</summary>
    public int Dimensions => Space.Dimensions;

    /// <summary>Reads all spaces, by id.</summary>
    public static Dictionary<long, EmbeddingSpaceRow> ReadAll(StoreConnection connection)
        => LibraryQueries.Collect(connection.Prepare(Columns), Read).ToDictionary(row => row.Id);

    /// <summary>Points a collection to a space, which is added when it is new.</summary>
    public static EmbeddingSpaceRow Use(StoreConnection connection, long collectionId, EmbeddingSpace space)
    {
        var row = Get(connection, space);
        connection.Prepare("UPDATE collections SET space_id = ? WHERE id = ?").Bind(1, row.Id).Bind(2, collectionId).Run();
        return row;
    }

    /// <summary>Finds a space; null when no collection ever pointed to it.</summary>
    public static EmbeddingSpaceRow? Find(StoreConnection connection, EmbeddingSpace space)
        // The newest of that fingerprint: the first schema could hold one twice.
        => LibraryQueries.Collect(
            connection.Prepare(Columns + " WHERE fingerprint = ? ORDER BY id DESC LIMIT 1").Bind(1, space.Fingerprint), Read).FirstOrDefault();

    /// <summary>Finds a space, or adds it.</summary>
    public static EmbeddingSpaceRow Get(StoreConnection connection, EmbeddingSpace space) => Find(connection, space) ?? Add(connection, space);

    private static EmbeddingSpaceRow Add(StoreConnection connection, EmbeddingSpace space)
    {
        connection.Prepare("INSERT INTO embedding_spaces(fingerprint, dimensions, model, query_prefix, passage_prefix) VALUES(?, ?, ?, ?, ?)")
            .Bind(1, space.Fingerprint)
            .Bind(2, (long)space.Dimensions)
            .Bind(3, space.Model)
            .Bind(4, space.QueryPrefix)
            .Bind(5, space.PassagePrefix)
            .Run();
        return new EmbeddingSpaceRow(connection.LastInsertId, space, space.Fingerprint);
    }

    private static EmbeddingSpaceRow Read(StoreStatement row)
        => new(row.Int64(0), new EmbeddingSpace(row.Text(1), row.Int32(2), row.Text(3), row.Text(4)), row.Text(5));
}
