using Synapse.Library;
using Synapse.Sqlite.Connections;
using Synapse.Storage;

namespace Synapse.Sqlite.Catalogue;

/// <summary>Reads of collections, sources and documents. Every one takes the scope into its SQL.</summary>
internal static class LibraryQueries
{
    private static readonly string s_collections =
        "SELECT id, name, created_at, document_count, chunk_count, size_bytes, privacy, (SELECT model FROM embedding_spaces AS space WHERE space.id = space_id)"
        + $" FROM collections WHERE {ScopeFilter.On("id", "?1")}";

    private static readonly string s_sources =
        $"SELECT id, collection_id, kind, location, created_at FROM sources WHERE {ScopeFilter.On("collection_id", "?1")}";

    private static readonly string s_documents =
        "SELECT id, collection_id, source_id, path, language, content_hash, size_bytes, modified_at, line_count, chunk_count"
        + $" FROM documents WHERE {ScopeFilter.On("collection_id", "?1")}";

    public static List<CollectionSummary> ListCollections(StoreConnection connection, AccessScope scope)
        => Collect(connection.Prepare(s_collections + " ORDER BY name").Bind(1, ScopeFilter.Value(scope)), ReadSummary);

    public static Collection? FindCollection(StoreConnection connection, AccessScope scope, string name)
        => Collect(connection.Prepare(s_collections + " AND name = ?2").Bind(1, ScopeFilter.Value(scope)).Bind(2, name), ReadSummary)
            .FirstOrDefault()?.Collection;

    public static List<Collection> ListLocalOnly(StoreConnection connection, AccessScope scope, IReadOnlyCollection<long>? collectionIds)
        => Collect(
            connection.Prepare($"{s_collections} AND {ScopeFilter.On("id", "?2")} AND privacy = ?3 ORDER BY name")
                .Bind(1, ScopeFilter.Value(scope))
                .Bind(2, collectionIds is null ? null : ScopeFilter.Value(AccessScope.Of(collectionIds)))
                .Bind(3, (long)CollectionPrivacy.LocalOnly),
            row => ReadSummary(row).Collection);

    public static List<Source> ListSources(StoreConnection connection, AccessScope scope, long? collectionId)
        => Collect(
            connection.Prepare(s_sources + " AND (?2 IS NULL OR collection_id = ?2) ORDER BY id").Bind(1, ScopeFilter.Value(scope)).Bind(2, collectionId),
            ReadSource);

    public static Source? FindSource(StoreConnection connection, AccessScope scope, long sourceId)
        => Collect(connection.Prepare(s_sources + " AND id = ?2").Bind(1, ScopeFilter.Value(scope)).Bind(2, sourceId), ReadSource).FirstOrDefault();

    public static List<Document> ListDocuments(StoreConnection connection, AccessScope scope, long collectionId, Document? after, int limit)
        => Collect(
            connection.Prepare(s_documents + " AND collection_id = ?2 AND (path, id) > (?3, ?4) ORDER BY path, id LIMIT ?5")
                .Bind(1, ScopeFilter.Value(scope))
                .Bind(2, collectionId)
                .Bind(3, after?.Path ?? "")
                .Bind(4, after?.Id ?? 0)
                .Bind(5, (long)limit),
            ReadDocument);

    /// <summary>Lists documents of a source by path, each with the space of its embeddings; 0 for none.</summary>
    public static List<(Document Document, long SpaceId)> ListOfSource(StoreConnection connection, long sourceId, string after, int limit)
        => Collect(
            connection.Prepare(
                "SELECT id, collection_id, source_id, path, language, content_hash, size_bytes, modified_at, line_count, chunk_count, space_id"
                + " FROM documents WHERE source_id = ? AND path > ? ORDER BY path LIMIT ?")
                .Bind(1, sourceId)
                .Bind(2, after)
                .Bind(3, (long)limit),
            row => (ReadDocument(row), row.Int64(10)));

    public static Document? FindDocument(StoreConnection connection, AccessScope scope, long documentId)
        => Collect(connection.Prepare(s_documents + " AND id = ?2").Bind(1, ScopeFilter.Value(scope)).Bind(2, documentId), ReadDocument).FirstOrDefault();

    /// <summary>How many documents of a collection have embeddings of another space.</summary>
    public static long CountOfOtherSpaces(StoreConnection connection, long collectionId, long spaceId)
        => Collect(
            connection.Prepare("SELECT count(*) FROM documents WHERE collection_id = ? AND space_id <> ?").Bind(1, collectionId).Bind(2, spaceId), row => row.Int64(0))[0];

    /// <summary>The questions that a collection is measured by, as JSON; null without any.</summary>
    public static string? FindEvaluation(StoreConnection connection, AccessScope scope, long collectionId)
        => Collect(
            connection.Prepare($"SELECT evaluation FROM collections WHERE {ScopeFilter.On("id", "?1")} AND id = ?2").Bind(1, ScopeFilter.Value(scope)).Bind(2, collectionId),
            row => row.TextOrNull(0)).FirstOrDefault();

    /// <summary>Lists the states of a source's documents; those embedded in another space than their collection points to get a state that no file has, so that they are read anew.</summary>
    public static List<DocumentState> ListStates(StoreConnection connection, long sourceId)
        => Collect(
            connection.Prepare(
                "SELECT id, path, content_hash, size_bytes, modified_at, space_id = (SELECT space_id FROM collections WHERE id = collection_id)"
                + " FROM documents WHERE source_id = ?1").Bind(1, sourceId),
            row => row.Int64(5) == 1
                ? new DocumentState(row.Int64(0), row.Text(1), row.Text(2), row.Int64(3), ReadTime(row, 4))
                : new DocumentState(row.Int64(0), row.Text(1), "", -1, DateTimeOffset.MinValue));

    /// <summary>Reads all rows and resets the statement.</summary>
    public static List<T> Collect<T>(StoreStatement statement, Func<StoreStatement, T> read)
    {
        try
        {
            var rows = new List<T>();
            while (statement.Step())
            {
                rows.Add(read(statement));
            }

            return rows;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Reads a time.</summary>
    public static DateTimeOffset ReadTime(StoreStatement row, int column) => new(row.Int64(column), TimeSpan.Zero);

    private static CollectionSummary ReadSummary(StoreStatement row)
        => new(new Collection(row.Int64(0), row.Text(1), ReadTime(row, 2), (CollectionPrivacy)row.Int32(6)), row.Int64(3), row.Int64(4), row.Int64(5))
        {
            EmbeddingModel = row.TextOrNull(7),
        };

    private static Source ReadSource(StoreStatement row)
        => new(row.Int64(0), row.Int64(1), (SourceKind)row.Int32(2), row.Text(3), ReadTime(row, 4));

    private static Document ReadDocument(StoreStatement row)
        => new(
            row.Int64(0), row.Int64(1), row.Int64(2), row.Text(3), row.Text(4), row.Text(5), row.Int64(6), ReadTime(row, 7), row.Int32(8), row.Int32(9));
}
