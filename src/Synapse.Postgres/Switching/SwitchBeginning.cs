using Npgsql;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Ingestion;
using Synapse.Switching;

namespace Synapse.Postgres.Switching;

/// <summary>Begins switches, inside a transaction of the caller.</summary>
internal static class SwitchBeginning
{
    /// <summary>Begins the switch of a collection.</summary>
    /// <exception cref="CollectionNotFoundException">There is no such collection.</exception>
    /// <exception cref="SwitchRefusedException">It cannot switch to that space now.</exception>
    public static async Task<ModelSwitch> BeginAsync(
        NpgsqlConnection connection, IVectorIndex vectors, long collectionId, EmbeddingSpace space, SwitchWish wish, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await LibraryChanges.LockCollectionAsync(connection, collectionId, toRemove: false, cancellationToken))
        {
            throw new CollectionNotFoundException($"#{collectionId}");
        }

        var searched = await RequireSwitchableAsync(connection, collectionId, space, cancellationToken);
        var to = await EmbeddingSpaceRow.GetAsync(connection, space, cancellationToken);
        await vectors.AddSpaceAsync(connection, to, cancellationToken);
        await connection.ExecuteAsync(
            "INSERT INTO model_switches(collection_id, from_space_id, to_space_id, wish, started_at) VALUES($1, $2, $3, $4, $5)",
            [collectionId, searched.Id, to.Id, wish, now.UtcTicks],
            cancellationToken);
        return (await SwitchRows.FindAsync(connection, AccessScope.Everything, collectionId, cancellationToken))!.Switch;
    }

    /// <summary>Makes sure that a collection which is to be pointed to a space is not on its way to another. Its row is locked.</summary>
    /// <exception cref="SwitchPendingException">It is.</exception>
    public static async Task RequireNoneAsync(NpgsqlConnection connection, long collectionId, EmbeddingSpaceRow space, CancellationToken cancellationToken)
    {
        if (await SwitchRows.FindAsync(connection, AccessScope.Everything, collectionId, cancellationToken) is { } found && found.SearchedSpaceId != space.Id)
        {
            throw new SwitchPendingException(
                $"The collection is embedded with the model '{found.Switch.Searched.Model}', with a switch to or from '{found.Switch.Shadow.Model}' pending: it cannot be embedded with '{space.Space.Model}' meanwhile. Make the switch, or end it, first.");
        }
    }

    private static async Task<EmbeddingSpaceRow> RequireSwitchableAsync(NpgsqlConnection connection, long collectionId, EmbeddingSpace space, CancellationToken cancellationToken)
    {
        if (await SwitchRows.FindAsync(connection, AccessScope.Everything, collectionId, cancellationToken) is { } pending)
        {
            throw new SwitchRefusedException($"The collection has a switch to the model '{pending.Switch.To.Model}' already.", "Make it, or end it, first.");
        }

        if (await EmbeddingSpaceRow.FindOfAsync(connection, collectionId, cancellationToken) is not { } searched)
        {
            throw new SwitchRefusedException("Nothing of the collection has been embedded yet.", "It takes the configured model when it is loaded.");
        }

        if (searched.Fingerprint == space.Fingerprint)
        {
            throw new SwitchRefusedException($"The collection is embedded with the model '{space.Model}' already.", "Name another model.");
        }

        return await HasOthersAsync(connection, collectionId, searched, cancellationToken)
            ? throw new SwitchRefusedException("Some documents of the collection are still embedded with the model before.", "Let its sources be read to the end first.")
            : searched;
    }

    private static Task<bool> HasOthersAsync(NpgsqlConnection connection, long collectionId, EmbeddingSpaceRow searched, CancellationToken cancellationToken)
        => connection.FindAsync("SELECT 1 FROM collection_spaces WHERE collection_id = $1 AND space_id <> $2", [collectionId, searched.Id], static _ => true, cancellationToken);
}
