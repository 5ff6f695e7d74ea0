using Npgsql;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Copying;
using Synapse.Postgres.Ledger;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : IImportableStore
{
    /// <inheritdoc/>
    public string Name => _connections.Name;

    /// <inheritdoc/>
    public async ValueTask<string> GetIdentityAsync(CancellationToken cancellationToken)
    {
        var made = Guid.CreateVersion7(_time.GetUtcNow()).ToString();
        return await _connections.WriteAsync((connection, token) => SettingRows.GetAsync(connection, SettingRows.Identity, made, token), cancellationToken);
    }

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
    public async ValueTask ImportEgressAsync(IReadOnlyList<EgressEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await _connections.WriteAsync(
            async (connection, token) =>
            {
                await using var batch = new NpgsqlBatch(connection);
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
