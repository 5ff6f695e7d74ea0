using Npgsql;
using Synapse.Library;
using Synapse.Postgres.Connections;
using Synapse.Storage;

namespace Synapse.Postgres.Catalogue;

/// <summary>Reads of collections, sources and documents. Every one takes the scope into its SQL.</summary>
internal static class LibraryQueries
{
    private static readonly string s_collections =
        "SELECT id, name, created_at, document_count, chunk_count, size_bytes, privacy, (SELECT model FROM embedding_spaces AS space WHERE space.id = space_id)"
        + $" FROM collections WHERE {Commands.Within("id", "$1")}";

    private static readonly string s_sources =
        $"SELECT id, collection_id, kind, location, created_at FROM sources WHERE {Commands.Within("collection_id", "$1")}";

    private static readonly string s_documents =
        "SELECT id, collection_id, source_id, path, language, content_hash, size_bytes, modified_ticks, line_count, chunk_count"
        + $" FROM documents WHERE {Commands.Within("collection_id", "$1")}";

    private static readonly string s_ofSource =
        "SELECT d.id, d.collection_id, d.source_id, d.path, d.language, d.content_hash, d.size_bytes, d.modified_ticks, d.line_count, d.chunk_count, "
        + DocumentSpaces.Searched("d", "c.space_id")
        + " FROM documents AS d JOIN collections AS c ON c.id = d.collection_id WHERE d.source_id = $1 AND d.path > $2 ORDER BY d.path LIMIT $3";

    public static Task<List<CollectionSummary>> ListCollectionsAsync(NpgsqlConnection connection, AccessScope scope, CancellationToken cancellationToken)
        => connection.ListAsync($"{s_collections} ORDER BY name", [Commands.Ids(scope)], ReadSummary, cancellationToken);

    public static async Task<Collection?> FindCollectionAsync(NpgsqlConnection connection, AccessScope scope, string name, CancellationToken cancellationToken)
        => (await connection.FindAsync($"{s_collections} AND name = $2", [Commands.Ids(scope), Commands.Storable(name)], ReadSummary, cancellationToken))?.Collection;

    public static Task<List<Collection>> ListLocalOnlyAsync(
        NpgsqlConnection connection, AccessScope scope, IReadOnlyCollection<long>? collectionIds, CancellationToken cancellationToken)
        => connection.ListAsync(
            $"{s_collections} AND {Commands.Within("id", "$2")} AND privacy = $3 ORDER BY name",
            [Commands.Ids(scope), collectionIds?.ToArray(), CollectionPrivacy.LocalOnly],
            row => ReadSummary(row).Collection,
            cancellationToken);

    public static Task<List<Source>> ListSourcesAsync(NpgsqlConnection connection, AccessScope scope, long? collectionId, CancellationToken cancellationToken)
        => connection.ListAsync(
            $"{s_sources} AND ($2::bigint IS NULL OR collection_id = $2) ORDER BY id", [Commands.Ids(scope), collectionId], ReadSource, cancellationToken);

    public static Task<Source?> FindSourceAsync(NpgsqlConnection connection, AccessScope scope, long sourceId, CancellationToken cancellationToken)
        => connection.FindAsync($"{s_sources} AND id = $2", [Commands.Ids(scope), sourceId], ReadSource, cancellationToken);

    public static Task<List<Document>> ListDocumentsAsync(
        NpgsqlConnection connection, AccessScope scope, long collectionId, Document? after, int limit, CancellationToken cancellationToken)
        => connection.ListAsync(
            $"{s_documents} AND collection_id = $2 AND (path, id) > ($3, $4) ORDER BY path, id LIMIT $5",
            [Commands.Ids(scope), collectionId, Commands.Storable(after?.Path ?? ""), after?.Id ?? 0, limit],
            ReadDocument,
            cancellationToken);

    /// <summary>Lists documents of a source by path, each with the space in which it is searched.</summary>
    public static Task<List<(Document Document, long SpaceId)>> ListOfSourceAsync(
        NpgsqlConnection connection, long sourceId, string after, int limit, CancellationToken cancellationToken)
        => connection.ListAsync(
            s_ofSource,
            [sourceId, Commands.Storable(after), limit],
            row => (ReadDocument(row), row.GetInt64(10)),
            cancellationToken);

    public static Task<Document?> FindDocumentAsync(NpgsqlConnection connection, AccessScope scope, long documentId, CancellationToken cancellationToken)
        => connection.FindAsync($"{s_documents} AND id = $2", [Commands.Ids(scope), documentId], ReadDocument, cancellationToken);

    /// <summary>Lists the states of a source's documents; those embedded in another space than their collection points to get a state that no file has, so that they are read anew.</summary>
    public static Task<List<DocumentState>> ListStatesAsync(NpgsqlConnection connection, long sourceId, CancellationToken cancellationToken)
        => connection.ListAsync(
            "SELECT d.id, d.path, d.content_hash, d.size_bytes, d.modified_ticks, coalesce(c.space_id IN (d.space_id, d.second_space_id), false)"
            + " FROM documents AS d JOIN collections AS c ON c.id = d.collection_id WHERE d.source_id = $1",
            [sourceId],
            row => row.GetBoolean(5)
                ? new DocumentState(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.Ticks(4))
                : new DocumentState(row.GetInt64(0), row.GetString(1), "", -1, DateTimeOffset.MinValue),
            cancellationToken);

    private static CollectionSummary ReadSummary(NpgsqlDataReader row)
        => new(new Collection(row.GetInt64(0), row.GetString(1), row.Ticks(2), (CollectionPrivacy)row.GetInt16(6)), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5))
        {
            EmbeddingModel = row.TextOrNull(7),
        };

    private static Source ReadSource(NpgsqlDataReader row)
        => new(row.GetInt64(0), row.GetInt64(1), (SourceKind)row.GetInt16(2), row.GetString(3), row.Ticks(4));

    private static Document ReadDocument(NpgsqlDataReader row)
        => new(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetInt64(6), row.Ticks(7), row.GetInt32(8), row.GetInt32(9));
}
