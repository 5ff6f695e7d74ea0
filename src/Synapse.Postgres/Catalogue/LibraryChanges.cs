using Npgsql;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Catalogue;

/// <summary>Changes of collections and sources, each inside a transaction of the caller. Several servers may make the same change at once.</summary>
internal static class LibraryChanges
{
    /// <exception cref="CollectionExistsException">The name is taken.</exception>
    public static async Task<Collection> CreateCollectionAsync(
        NpgsqlConnection connection, string name, CollectionPrivacy privacy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = await connection.FindAsync(
            "INSERT INTO collections(name, created_at, privacy) VALUES($1, $2, $3) ON CONFLICT(name) DO NOTHING RETURNING id",
            [Commands.Storable(name), now.UtcTicks, privacy],
            row => (long?)row.GetInt64(0),
            cancellationToken);
        return new Collection(id ?? throw new CollectionExistsException(name), name, now, privacy);
    }

    /// <returns>Whether the collection was there.</returns>
    public static async Task<bool> SetPrivacyAsync(NpgsqlConnection connection, long collectionId, CollectionPrivacy privacy, CancellationToken cancellationToken)
        => await connection.ExecuteAsync("UPDATE collections SET privacy = $1 WHERE id = $2", [privacy, collectionId], cancellationToken) > 0;

    /// <exception cref="CollectionNotFoundException">The collection is not there.</exception>
    public static async Task<Source> AddSourceAsync(
        NpgsqlConnection connection, long collectionId, SourceKind kind, string location, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Whoever removes the collection waits until the source is there, and takes it with it.
        if (!await connection.FindAsync("SELECT 1 FROM collections WHERE id = $1 FOR KEY SHARE", [collectionId], _ => true, cancellationToken))
        {
            throw new CollectionNotFoundException($"#{collectionId}");
        }

        await connection.ExecuteAsync(
            "INSERT INTO sources(collection_id, kind, location, created_at) SELECT $1, $2, $3, $4"
            + " WHERE NOT EXISTS(SELECT 1 FROM sources WHERE collection_id = $1 AND location = $3) ON CONFLICT(collection_id, location) DO NOTHING",
            [collectionId, kind, Commands.Storable(location), now.UtcTicks],
            cancellationToken);
        if (kind != SourceKind.Imported)
        {
            await connection.ExecuteAsync(
                "UPDATE sources SET kind = $3 WHERE collection_id = $1 AND location = $2 AND kind = $4", [collectionId, Commands.Storable(location), kind, SourceKind.Imported], cancellationToken);
        }

        return (await connection.FindAsync(
            "SELECT id, kind, created_at FROM sources WHERE collection_id = $1 AND location = $2",
            [collectionId, Commands.Storable(location)],
            row => new Source(row.GetInt64(0), collectionId, (SourceKind)row.GetInt16(1), location, row.Ticks(2)),
            cancellationToken))!;
    }

    /// <summary>Takes the collection for the rest of the transaction: commits and removals of one collection come one after the other.</summary>
    /// <param name="connection">The transaction.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="toRemove">Whether it is going to be removed: then nobody may add a source or a job to it meanwhile.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <remarks>Locks are taken in the order of collection, source, the rest; two units then never wait for each other.</remarks>
    /// <returns>Whether it is there.</returns>
    public static Task<bool> LockCollectionAsync(NpgsqlConnection connection, long collectionId, bool toRemove, CancellationToken cancellationToken)
        => connection.FindAsync(
            $"SELECT 1 FROM collections WHERE id = $1 FOR {(toRemove ? "UPDATE" : "NO KEY UPDATE")}", [collectionId], _ => true, cancellationToken);

    /// <summary>Takes a source for the rest of the transaction, after its collection; of several who do so, one comes after the other.</summary>
    /// <returns>Whether it is there, in that collection if one is named.</returns>
    public static async Task<bool> LockSourceAsync(NpgsqlConnection connection, long sourceId, long? collectionId, CancellationToken cancellationToken)
    {
        await connection.FindAsync(
            "SELECT 1 FROM collections WHERE id = (SELECT collection_id FROM sources WHERE id = $1) FOR KEY SHARE", [sourceId], _ => true, cancellationToken);
        return await connection.FindAsync(
            "SELECT 1 FROM sources WHERE id = $1 AND ($2::bigint IS NULL OR collection_id = $2) FOR NO KEY UPDATE", [sourceId, collectionId], _ => true, cancellationToken);
    }

    /// <summary>Removes what belongs to a source besides its documents, and the source.</summary>
    public static async Task RemoveSourceRowsAsync(NpgsqlConnection connection, long sourceId, CancellationToken cancellationToken)
    {
        await connection.FindAsync("SELECT 1 FROM sources WHERE id = $1 FOR UPDATE", [sourceId], _ => true, cancellationToken);
        foreach (var sql in (string[])["DELETE FROM jobs WHERE source_id = $1", "DELETE FROM skipped_files WHERE source_id = $1", "DELETE FROM sources WHERE id = $1"])
        {
            await connection.ExecuteAsync(sql, [sourceId], cancellationToken);
        }
    }
}
