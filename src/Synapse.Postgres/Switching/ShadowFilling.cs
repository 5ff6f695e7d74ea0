using Npgsql;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Vectors;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.Postgres.Switching;

/// <summary>Fills shadow spaces. Several servers may do so at once: whoever comes second with a document changes nothing.</summary>
internal static class ShadowFilling
{
    // The keys of documents ascend with the commits of their collection.
    private const string FindLacking = """
        SELECT d.id, d.source_id, d.path FROM documents AS d
        WHERE d.collection_id = $1 AND d.second_space_id = 0
            AND EXISTS(SELECT 1 FROM model_switches AS m JOIN collections AS c ON c.id = m.collection_id WHERE m.collection_id = $1 AND m.documents_done < c.document_count)
        ORDER BY d.id LIMIT $2
        """;

    private const string FindOpen = "SELECT id, chunk_count FROM documents WHERE collection_id = $1 AND id = ANY($2) AND second_space_id = 0 ORDER BY id";

    private const string Note =
        "UPDATE documents AS d SET second_space_id = $1, is_refused = n.is_refused FROM unnest($2::bigint[], $3::boolean[]) AS n(id, is_refused) WHERE d.id = n.id";

    /// <summary>Lists documents that lack shadow embeddings, with the texts of their chunks.</summary>
    /// <param name="connection">In a snapshot.</param>
    /// <param name="store">Name of the store.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="limit">Most documents.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<IReadOnlyList<UnembeddedDocument>> ListAsync(NpgsqlConnection connection, string store, long collectionId, int limit, CancellationToken cancellationToken)
    {
        var lacking = await connection.ListAsync(
            FindLacking, [collectionId, limit], static row => (Id: row.GetInt64(0), SourceId: row.GetInt64(1), Path: row.GetString(2)), cancellationToken);
        if (lacking.Count == 0)
        {
            return [];
        }

        var ids = lacking.Select(static document => document.Id).ToArray();
        var texts = await DocumentText.ReadAllAsync(connection, store, ids, cancellationToken);
        var chunks = await ChunkRows.ReadAllAsync(connection, ids, cancellationToken);
        return [.. lacking.Select(each => new UnembeddedDocument(
            each.Id, each.SourceId, each.Path, [.. chunks[each.Id].Select(chunk => texts[each.Id][chunk.StartOffset..chunk.EndOffset])]))];
    }

    /// <summary>Adds shadow embeddings, inside a transaction of the caller.</summary>
    /// <param name="connection">The transaction.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="spaceFingerprint">The space that they are of.</param>
    /// <param name="documents">The embeddings.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>How many documents were still without.</returns>
    /// <exception cref="ArgumentException">A document has another number of embeddings than chunks.</exception>
    public static async Task<int> AddAsync(
        NpgsqlConnection connection, long collectionId, string spaceFingerprint, IReadOnlyList<ShadowEmbeddings> documents, CancellationToken cancellationToken)
    {
        // Nobody else adds, removes or lets the spaces change places until this is over.
        if (!await LibraryChanges.LockCollectionAsync(connection, collectionId, toRemove: false, cancellationToken)
            || await SwitchRows.FindAsync(connection, AccessScope.Everything, collectionId, cancellationToken) is not { } found
            || found.Switch.Wish == SwitchWish.Remove
            || found.Shadow.Fingerprint != spaceFingerprint)
        {
            return 0;
        }

        var given = documents.DistinctBy(static document => document.DocumentId).ToDictionary(static document => document.DocumentId);
        var open = await connection.ListAsync(
            FindOpen, [collectionId, given.Keys.ToArray()], row => (Document: given[row.GetInt64(0)], Chunks: row.GetInt32(1)), cancellationToken);
        if (open.Find(each => each.Document.Embeddings.Length != each.Chunks * found.Shadow.Dimensions) is { Document.DocumentId: not 0 } unfit)
        {
            throw new ArgumentException(
                $"Document {unfit.Document.DocumentId} has {unfit.Chunks} chunks and {unfit.Document.Embeddings.Length} numbers of embeddings; {found.Shadow.Dimensions} per chunk are due.",
                nameof(documents));
        }

        if (open.Count == 0)
        {
            return 0;
        }

        await new VectorTable(found.Shadow.Id, found.Shadow.Dimensions).WriteAsync(
            connection, collectionId, open.Select(static each => (each.Document.DocumentId, each.Document.Embeddings)), cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            Note, found.Shadow.Id, open.Select(static each => each.Document.DocumentId).ToArray(), open.Select(static each => each.Document.IsRefused).ToArray());
        SwitchRows.ChangeCounts(batch, collectionId, open.Count, open.Sum(static each => (long)each.Chunks));
        SwitchRows.ChangeRefused(batch, collectionId, found.Shadow.Id, open.Count(static each => each.Document.IsRefused));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return open.Count;
    }
}
