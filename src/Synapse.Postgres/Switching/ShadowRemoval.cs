using Npgsql;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Vectors;
using Synapse.Switching;

namespace Synapse.Postgres.Switching;

/// <summary>
/// Ends switches: the documents leave the shadow space portion by portion, each in a transaction of its own, and the row of the switch goes last. Whoever finds a removal that
/// was broken off begins anew, and passes over what is done.
/// </summary>
/// <param name="connections">The database.</param>
/// <param name="indexing">Drops the index of the shadow space.</param>
internal sealed class ShadowRemoval(StoreConnections connections, VectorIndexing indexing)
{
    private const int DocumentsAtOnce = 1_000;
    private const int ChunksAtOnce = 4_000;

    // By path, because the index of that order holds all documents of a collection, whatever their spaces.
    private const string FindNext = "SELECT id, path, chunk_count FROM documents WHERE collection_id = $1 AND (path, id) > ($2, $3) ORDER BY path, id LIMIT $4";

    private const string FindEmbedded = "SELECT id, chunk_count, CASE WHEN is_refused THEN second_space_id ELSE 0 END FROM documents WHERE collection_id = $1 AND id = ANY($2) AND second_space_id <> 0";

    private const string Leave =
        "UPDATE documents SET space_id = CASE WHEN second_space_id = $2 THEN $2 ELSE space_id END, second_space_id = 0, is_refused = false WHERE id = ANY($1)";

    // The counts tell whether any document is left; should they ever be wrong, the documents do.
    private const string End = """
        DELETE FROM model_switches WHERE collection_id = $1
            AND (documents_done = 0 OR NOT EXISTS(SELECT 1 FROM documents WHERE collection_id = $1 AND second_space_id <> 0))
        """;

    /// <summary>Ends the switch of a collection, where it has one.</summary>
    public async Task RunAsync(long collectionId, CancellationToken cancellationToken)
    {
        // From here on nothing is added to the shadow space.
        await connections.WriteAsync((connection, token) => SwitchRows.WishAsync(connection, AccessScope.Everything, collectionId, SwitchWish.Remove, token), cancellationToken);
        if (await FindAsync(collectionId, cancellationToken) is not { } found)
        {
            return;
        }

        await indexing.DropAsync(new VectorTable(found.Shadow.Id, found.Shadow.Dimensions), collectionId, cancellationToken);
        do
        {
            await LeaveAsync(collectionId, cancellationToken);
        }
        while (!await TryEndAsync(collectionId, cancellationToken));
    }

    private Task<SwitchRow?> FindAsync(long collectionId, CancellationToken cancellationToken)
        => connections.QueryAsync((connection, token) => SwitchRows.FindAsync(connection, AccessScope.Everything, collectionId, token), cancellationToken);

    private async Task LeaveAsync(long collectionId, CancellationToken cancellationToken)
    {
        for (var (path, id) = ("", 0L); ;)
        {
            var next = await connections.QueryAsync(
                (connection, token) => connection.ListAsync(
                    FindNext, [collectionId, path, id, DocumentsAtOnce], static row => (Id: row.GetInt64(0), Path: row.GetString(1), Chunks: row.GetInt32(2)), token),
                cancellationToken);
            if (next.Count == 0)
            {
                return;
            }

            var chunks = 0;
            var taken = next.TakeWhile((each, i) => (chunks += each.Chunks) <= ChunksAtOnce || i == 0).ToArray();
            (id, path, _) = taken[^1];
            await connections.WriteAsync((connection, token) => LeaveAsync(connection, collectionId, [.. taken.Select(static each => each.Id)], token), cancellationToken);
        }
    }

    private static async Task<int> LeaveAsync(NpgsqlConnection connection, long collectionId, long[] documentIds, CancellationToken cancellationToken)
    {
        if (!await LibraryChanges.LockCollectionAsync(connection, collectionId, toRemove: false, cancellationToken)
            || await SwitchRows.FindAsync(connection, AccessScope.Everything, collectionId, cancellationToken) is not { } found)
        {
            return 0;
        }

        var embedded = await connection.ListAsync(
            FindEmbedded, [collectionId, documentIds], static row => (Id: row.GetInt64(0), Chunks: row.GetInt32(1), RefusedIn: row.GetInt64(2)), cancellationToken);
        if (embedded.Count == 0)
        {
            return 0;
        }

        var ids = embedded.Select(static each => each.Id).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        batch.Add($"DELETE FROM {VectorTable.NameOf(found.Shadow.Id)} WHERE document_id = ANY($1)", ids);
        batch.Add(Leave, ids, found.SearchedSpaceId);
        SwitchRows.ChangeCounts(batch, collectionId, -embedded.Count, -embedded.Sum(static each => (long)each.Chunks));
        foreach (var refused in embedded.Where(static each => each.RefusedIn != 0).GroupBy(static each => each.RefusedIn))
        {
            SwitchRows.ChangeRefused(batch, collectionId, refused.Key, -refused.Count());
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        return embedded.Count;
    }

    private Task<bool> TryEndAsync(long collectionId, CancellationToken cancellationToken)
        => connections.WriteAsync(
            async (connection, token) => !await LibraryChanges.LockCollectionAsync(connection, collectionId, toRemove: false, token)
                || await connection.ExecuteAsync(End, [collectionId], token) > 0
                || await SwitchRows.FindAsync(connection, AccessScope.Everything, collectionId, token) is null,
            cancellationToken);
}
