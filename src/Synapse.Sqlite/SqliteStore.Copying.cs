using Microsoft.Data.Sqlite;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Copying;
using Synapse.Sqlite.Ledger;
using Synapse.Sqlite.Segments;
using Synapse.Storage;

namespace Synapse.Sqlite;

public sealed partial class SqliteStore : IImportableStore
{
    /// <summary>Whether a folder holds a store. It is not opened.</summary>
    public static bool Exists(string dataFolder) => File.Exists(DataFolder.DatabaseIn(dataFolder));

    /// <inheritdoc/>
    public string Name => _folder.DatabasePath;

    /// <inheritdoc/>
    public ValueTask<string> GetIdentityAsync(CancellationToken cancellationToken)
        => _writer.WriteAsync(
            connection =>
            {
                if (SettingRows.Find(connection, SettingRows.Identity) is { } identity)
                {
                    return identity;
                }

                identity = Guid.CreateVersion7(_time.GetUtcNow()).ToString();
                SettingRows.Set(connection, SettingRows.Identity, identity);
                return identity;
            },
            committed: null,
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IStoreExport> OpenExportAsync(AccessScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfNotEqual(scope.IsEverything, true, nameof(scope));
        // While nobody else writes, so that the connection and the segments see the same commit.
        return await _writer.WriteAsync(_ => OpenExport(), committed: null, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<string?> FindUnfinishedCopyAsync(CancellationToken cancellationToken)
        => new(_readers.Read(connection => SettingRows.Find(connection, SettingRows.UnfinishedCopy)));

    /// <inheritdoc/>
    public ValueTask MarkUnfinishedCopyAsync(string? identity, CancellationToken cancellationToken) => NoteAsync(SettingRows.UnfinishedCopy, identity, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<string?> FindUnfinishedImportAsync(string collection, CancellationToken cancellationToken)
        => new(_readers.Read(connection => SettingRows.Find(connection, SettingRows.UnfinishedImport + collection)));

    /// <inheritdoc/>
    public ValueTask MarkUnfinishedImportAsync(string collection, string? identity, CancellationToken cancellationToken)
        => NoteAsync(SettingRows.UnfinishedImport + collection, identity, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Collection> ImportCollectionAsync(Collection collection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return _writer.WriteAsync(
            connection =>
            {
                var made = LibraryChanges.CreateCollection(connection, collection.Name, collection.CreatedAt);
                LibraryChanges.SetPrivacy(connection, made.Id, collection.Privacy);
                return made with { Privacy = collection.Privacy };
            },
            made => _indexes = _indexes.Add(made.Id, new CollectionIndex(made.Id, [])),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Source> ImportSourceAsync(Source source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _writer.WriteAsync(
            connection => LibraryChanges.AddSource(connection, source.CollectionId, source.Kind, source.Location, source.CreatedAt), committed: null, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask ImportEgressAsync(long after, IReadOnlyList<EgressEntry> entries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await _writer.WriteAsync(
            connection =>
            {
                LedgerRows.Remove(connection, after, entries.Count == 0 ? long.MaxValue : entries[^1].Id);
                foreach (var entry in entries)
                {
                    LedgerRows.Import(connection, entry);
                }

                return true;
            },
            committed: null,
            cancellationToken);
        _ledger.Passed(entries.Count == 0 ? 0 : entries[^1].Id);
    }

    private async ValueTask NoteAsync(string name, string? value, CancellationToken cancellationToken)
        => await _writer.WriteAsync(
            connection =>
            {
                SettingRows.Set(connection, name, value);
                return true;
            },
            committed: null,
            cancellationToken);

    private StoreExport OpenExport()
    {
        var connection = StoreConnection.Open(_folder.DatabasePath, SqliteOpenMode.ReadOnly);
        try
        {
            connection.Execute("BEGIN");
            // The first read takes the snapshot.
            return new StoreExport(connection, _indexes);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
