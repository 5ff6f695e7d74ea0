using Npgsql;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Copying;
using Synapse.Postgres.Ledger;
using Synapse.Postgres.Migrations;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : IImportableStore
{
    /// <inheritdoc/>
    public string Name => _connections.Name;

    /// <summary>Whether a database holds a store. Nothing is made there.</summary>
    /// <exception cref="Errors.SynapseException">It cannot be reached or entered.</exception>
    public static async Task<bool> ExistsAsync(DatabaseAddress address, PostgresOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var settings = StoreConnections.Settings(address, options);
            settings.Pooling = false;
            await using var source = StoreConnections.Builder(address, settings).Build();
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            return await connection.FindAsync($"SELECT to_regclass('{SchemaMigrations.Schema}.schema_version') IS NOT NULL", [], row => row.GetBoolean(0), cancellationToken);
        }
        catch (Exception error) when (PostgresFault.Name(address.Name, error) is { } named)
        {
            throw named;
        }
    }

    /// <inheritdoc/>
    public ValueTask<string> GetIdentityAsync(CancellationToken cancellationToken) => new(SharedId);

    /// <inheritdoc/>
    public async ValueTask<IStoreExport> OpenExportAsync(AccessScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfNotEqual(scope.IsEverything, true, nameof(scope));
        return await StoreExport.OpenAsync(_connections, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<string?> FindUnfinishedCopyAsync(CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => SettingRows.FindAsync(connection, SettingRows.UnfinishedCopy, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask MarkUnfinishedCopyAsync(string? identity, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => SettingRows.SetAsync(connection, SettingRows.UnfinishedCopy, identity, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<string?> FindUnfinishedImportAsync(string collection, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => SettingRows.FindAsync(connection, SettingRows.UnfinishedImport + collection, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask MarkUnfinishedImportAsync(string collection, string? identity, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => SettingRows.SetAsync(connection, SettingRows.UnfinishedImport + collection, identity, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Collection> ImportCollectionAsync(Collection collection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return await _connections.WriteAsync(
            (connection, token) => LibraryChanges.CreateCollectionAsync(connection, collection.Name, collection.Privacy, collection.CreatedAt, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<Source> ImportSourceAsync(Source source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return await _connections.WriteAsync(
            (connection, token) => LibraryChanges.AddSourceAsync(connection, source.CollectionId, source.Kind, source.Location, source.CreatedAt, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask ImportEgressAsync(long after, IReadOnlyList<EgressEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await _connections.WriteAsync(
            async (connection, token) =>
            {
                await using var batch = new NpgsqlBatch(connection);
                LedgerRows.Remove(batch, after, entries.Count == 0 ? long.MaxValue : entries[^1].Id);
                foreach (var entry in entries)
                {
                    LedgerRows.Import(batch, entry);
                }

                batch.Add("SELECT setval('egress_ids', greatest((SELECT last_value FROM egress_ids), (SELECT max(id) FROM egress)))");
                return await batch.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
    }
}
