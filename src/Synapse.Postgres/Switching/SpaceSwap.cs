using Npgsql;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Switching;

namespace Synapse.Postgres.Switching;

/// <summary>
/// Lets the two spaces of a collection change places, inside a transaction of the caller. Every document is embedded in both, so nothing is moved: the collection points to the
/// other one, and the time that it takes does not grow with the documents.
/// </summary>
internal static class SpaceSwap
{
    /// <returns>Whether they have changed places.</returns>
    public static async Task<bool> TryAsync(NpgsqlConnection connection, long collectionId, SwitchWish wish, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await LibraryChanges.LockCollectionAsync(connection, collectionId, toRemove: false, cancellationToken)
            || await SwitchRows.FindAsync(connection, AccessScope.Everything, collectionId, cancellationToken) is not { } found
            || found.Switch.Wish != wish
            || !found.Switch.CanSwap(wish)
            || !found.Switch.Progress.IsComplete)
        {
            return false;
        }

        // The wish once more: it changes without the lock of the collection.
        var state = wish == SwitchWish.Return ? SwitchState.Ready : SwitchState.Switched;
        if (await connection.ExecuteAsync(
            "UPDATE model_switches SET state = $2, wish = $3, switched_at = $4 WHERE collection_id = $1 AND wish = $5",
            [collectionId, state, SwitchWish.Hold, now.UtcTicks, wish],
            cancellationToken) == 0)
        {
            return false;
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.Add("UPDATE collections SET space_id = $2, version = version + 1 WHERE id = $1", collectionId, found.Shadow.Id);
        var chunks = found.Switch.Progress.ChunkCount;
        CollectionRows.ChangeSpace(batch, collectionId, found.SearchedSpaceId, -chunks);
        CollectionRows.ChangeSpace(batch, collectionId, found.Shadow.Id, chunks);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }
}
