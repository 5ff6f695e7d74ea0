using Microsoft.Extensions.Logging;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Ingestion;
using Synapse.Postgres.Keywords;
using Synapse.Postgres.Ledger;
using Synapse.Postgres.Maintenance;
using Synapse.Postgres.Search;
using Synapse.Postgres.Vectors;

namespace Synapse.Postgres;

/// <summary>
/// The team store: everything in one PostgreSQL database, which several servers of Synapse may use at once. A commit is one transaction; a search reads in one
/// snapshot.
/// </summary>
public sealed partial class PostgresStore : IDisposable, IAsyncDisposable
{
    private readonly StoreConnections _connections;
    private readonly IReadOnlyList<ICommitIndex> _indexes;
    private readonly VectorIndex _vectors = new();
    private readonly IndexReader _indexReader = new();
    private readonly PostingsCache _postings;
    private readonly VectorIndexing _indexing;
    private readonly StoreMaintenance _maintenance;
    private readonly DocumentRemoval _removal;
    private readonly ViewSource _views;
    private readonly TimeProvider _time;
    private readonly PostgresOptions _options;
    private bool _disposed;

    private PostgresStore(
        StoreConnections connections, StoreConnections? replica, string storeId, PostgresOptions options, IReadOnlyList<ICommitIndex> further, TimeProvider time, ILogger<PostgresStore> logger)
    {
        _connections = connections;
        SharedId = storeId;
        _indexes = [new KeywordIndex(), _vectors, .. further];
        _removal = new DocumentRemoval(_indexes);
        _postings = new PostingsCache((long)options.CacheMegabytes << 20);
        _time = time;
        _options = options;
        _views = new ViewSource(connections, replica, options.ReplicaLag, time, logger);
        _ledger = new LedgerWriter(connections, time, logger);
        _indexing = new VectorIndexing(connections.Source, options, time, logger);
        _maintenance = new StoreMaintenance(connections, new KeywordMerging(connections.Source, _indexReader), _indexing, time, logger);
    }

    /// <summary>Opens the store, and brings its schema to the version of the program.</summary>
    /// <param name="address">The database.</param>
    /// <param name="options">How it is used.</param>
    /// <param name="time">Tells the times of what is made.</param>
    /// <param name="logger">Hears of faults of the ledger.</param>
    /// <param name="replica">A standby of the database, for searches; null for none. It is looked for when the first search comes.</param>
    /// <exception cref="Errors.SynapseException">The database cannot be reached, entered or used; the message says why.</exception>
    public static PostgresStore Open(DatabaseAddress address, PostgresOptions options, TimeProvider time, ILogger<PostgresStore> logger, DatabaseAddress? replica = null)
        => Open(address, options, [], time, logger, replica);

    /// <summary>Opens the store with further indexes that every commit changes after its own. For tests.</summary>
    internal static PostgresStore Open(
        DatabaseAddress address, PostgresOptions options, IReadOnlyList<ICommitIndex> further, TimeProvider time, ILogger<PostgresStore> logger, DatabaseAddress? replica = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        var state = DatabaseState.Prepare(address, options);
        var connections = StoreConnections.Create(address, options, state, followsWrites: replica is not null);
        var standby = replica is null ? null : StoreConnections.Create(replica, options, state);
        var store = new PostgresStore(connections, standby, state.StoreId, options, further, time, logger);
        try
        {
            store._ledger.Start();
            if (options.MaintainsItself)
            {
                store._maintenance.Start();
            }

            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Writes what the ledger still has to, and closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await _maintenance.DisposeAsync();
            _ledger.Dispose();
            _postings.Dispose();
            await _views.DisposeAsync();
            await _connections.DisposeAsync();
        }
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
#pragma warning disable VSTHRD002 // Whoever disposes without waiting has no other way.
        DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Does at once what the store does by and by.</summary>
    internal Task MaintainAsync(CancellationToken cancellationToken) => _maintenance.RunOnceAsync(cancellationToken);

    /// <summary>The database. For tests.</summary>
    internal StoreConnections Connections => _connections;
}
