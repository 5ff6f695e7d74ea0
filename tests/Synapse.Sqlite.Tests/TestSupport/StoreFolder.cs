using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.StoreConformance;

namespace Synapse.Sqlite.Tests.TestSupport;

/// <summary>A data folder of one test, with a store that can be closed and opened again.</summary>
internal sealed class StoreFolder : IDisposable
{
    private SqliteStore? _store;

    public StoreFolder() => Path = Directory.CreateTempSubdirectory("synapse-store-").FullName;

    public string Path { get; }

    public string Database => System.IO.Path.Combine(Path, "synapse.db");

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public SqliteStore Store => _store ??= SqliteStore.Open(Path, Time, NullLogger<SqliteStore>.Instance);

    public SqliteStore Reopen()
    {
        Close();
        return Store;
    }

    public void Close()
    {
        _store?.Dispose();
        _store = null;
    }

    /// <summary>Makes a collection with one source, ready for commits.</summary>
    public async Task<(Collection Collection, Source Source)> AddCollectionAsync(string name, EmbeddingSpace? space = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var collection = await Store.CreateCollectionAsync(name, cancellationToken);
        await Store.UseEmbeddingSpaceAsync(collection.Id, space ?? StoreHarness.Space, cancellationToken);
        var source = await Store.AddSourceAsync(collection.Id, SourceKind.Folder, "/" + name, cancellationToken);
        return (collection, source);
    }

    /// <summary>Changes the file behind the store's back.</summary>
    public void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The number that a query of the file gives.</summary>
    public long Count(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    public void Dispose()
    {
        Close();
        Directory.Delete(Path, recursive: true);
    }
}
