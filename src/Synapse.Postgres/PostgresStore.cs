using Microsoft.Extensions.Logging;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Ingestion;
using Synapse.Postgres.Ledger;

namespace Synapse.Postgres;

/// <summary>
/// The team store: everything in one PostgreSQL database, which several servers of Synapse may use at once. A commit is one transaction; a search reads in one
/// snapshot.
/// </summary>
public sealed partial class PostgresStore : IDisposable, IAsyncDisposable
{
    private readonly StoreConnections _connections;
    private readonly IReadOnlyList<ICommitIndex> _indexes;
    private readonly IVectorIndex? _vectors;
    private readonly DocumentRemoval _removal;
    private readonly TimeProvider _time;
    private bool _disposed;

    private PostgresStore(StoreConnections connections, IReadOnlyList<ICommitIndex> indexes, TimeProvider time, ILogger<PostgresStore> logger)
    {
        _connections = connections;
        _indexes = indexes;
        _vectors = indexes.OfType<IVectorIndex>().FirstOrDefault();
        _removal = new DocumentRemoval(indexes);
        _time = time;
        _ledger = new LedgerWriter(connections, time, logger);
    }

    /// <summary>Opens the store, and brings its schema to the version of the program.</summary>
    /// <param name="address">The database.</param>
    /// <param name="options">How it is used.</param>
    /// <param name="time">Tells the times of what is made.</param>
    /// <param name="logger">Hears of faults of the ledger.</param>
    /// <exception cref="Errors.SynapseException">The database cannot be reached, entered or used; the message says why.</exception>
    public static PostgresStore Open(DatabaseAddress address, PostgresOptions options, TimeProvider time, ILogger<PostgresStore> logger)
        => Open(address, options, [], time, logger);

    /// <summary>Opens the store with the indexes that every commit changes, in the order in which they write.</summary>
    internal static PostgresStore Open(
        DatabaseAddress address, PostgresOptions options, IReadOnlyList<ICommitIndex> indexes, TimeProvider time, ILogger<PostgresStore> logger)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(options);
        var connections = StoreConnections.Create(address, options, DatabaseState.Prepare(address, options));
        var store = new PostgresStore(connections, indexes, time, logger);
        try
        {
            store._ledger.Start();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Writes what the ledger still has to, and closes all connections.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ledger.Dispose();
            _connections.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    /// <summary>The database. For tests.</summary>
    internal StoreConnections Connections => _connections;
}
