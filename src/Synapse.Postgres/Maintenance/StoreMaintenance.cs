using Microsoft.Extensions.Logging;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Keywords;
using Synapse.Postgres.Vectors;

namespace Synapse.Postgres.Maintenance;

/// <summary>
/// Does by and by what commits leave to be done: merges segments, and builds the vector indexes of collections that have grown. Neither waits for the other. Every server does so;
/// locks of the database keep them apart.
/// </summary>
internal sealed partial class StoreMaintenance : IAsyncDisposable
{
    // Collections that may have something to merge; whether they have, the policy says.
    private const string FindMergeable = """
        SELECT collection_id FROM segments GROUP BY collection_id HAVING count(*) >= 8 OR bool_or(state <> 1)
        UNION SELECT r.collection_id FROM removed_documents r JOIN collections c ON c.id = r.collection_id
            GROUP BY r.collection_id, c.document_count HAVING count(*) * 4 >= c.document_count
        """;

    private readonly StoreConnections _connections;
    private readonly KeywordMerging _merging;
    private readonly VectorIndexing _indexing;
    private readonly ILogger _logger;
    private readonly MaintenanceLoop[] _loops;

    /// <summary>Prepares the work; nothing is done yet.</summary>
    public StoreMaintenance(StoreConnections connections, KeywordMerging merging, VectorIndexing indexing, TimeProvider time, ILogger logger)
    {
        _connections = connections;
        _merging = merging;
        _indexing = indexing;
        _logger = logger;
        _loops = [new MaintenanceLoop(MergeAsync, LogFailed, time), new MaintenanceLoop(IndexAsync, LogFailed, time)];
    }

    /// <summary>Begins to work beside the store.</summary>
    public void Start() => Array.ForEach(_loops, static loop => loop.Start());

    /// <summary>Says that there may be something to do.</summary>
    public void Signal() => Array.ForEach(_loops, static loop => loop.Signal());

    /// <summary>Does all that there is to do.</summary>
    /// <exception cref="Errors.SynapseException">The database cannot be used; what is left is done another time.</exception>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await MergeAsync(cancellationToken);
        await IndexAsync(cancellationToken);
    }

    /// <summary>Stops the work; what was begun is taken up or taken away by whoever works next.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops)
        {
            await loop.DisposeAsync();
        }
    }

    private Task MergeAsync(CancellationToken cancellationToken)
        => _connections.NamingFaultsAsync(async () =>
        {
            foreach (var id in await _connections.QueryAsync((connection, token) => connection.ListAsync(FindMergeable, [], static row => row.GetInt64(0), token), cancellationToken))
            {
                while (await _merging.MergeOnceAsync(id, cancellationToken))
                {
                }
            }
        });

    private Task IndexAsync(CancellationToken cancellationToken) => _connections.NamingFaultsAsync(() => _indexing.BuildAsync(cancellationToken));

    [LoggerMessage(LogLevel.Warning, "Maintenance of the store failed; it is tried again")]
    private partial void LogFailed(Exception exception);
}
