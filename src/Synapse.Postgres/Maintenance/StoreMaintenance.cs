using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Keywords;
using Synapse.Postgres.Vectors;

namespace Synapse.Postgres.Maintenance;

/// <summary>Does by and by what commits leave to be done: merges segments, and builds the indexes of collections that have grown large. Every server does so; locks of the database keep them apart.</summary>
internal sealed partial class StoreMaintenance(StoreConnections connections, KeywordMerging merging, VectorIndexing indexing, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // Collections that may have something to merge; whether they have, the policy says.
    private const string FindMergeable = """
        SELECT collection_id FROM segments GROUP BY collection_id HAVING count(*) >= 8 OR bool_or(state <> 1)
        UNION SELECT r.collection_id FROM removed_documents r JOIN collections c ON c.id = r.collection_id
            GROUP BY r.collection_id, c.document_count HAVING count(*) * 4 >= c.document_count
        """;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to work beside the store.</summary>
    public void Start() => _running = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>Says that there may be something to do.</summary>
    public void Signal() => _signals.Writer.TryWrite(true);

    /// <summary>Does all that there is to do.</summary>
    /// <exception cref="Errors.SynapseException">The database cannot be used; what is left is done another time.</exception>
    public Task RunOnceAsync(CancellationToken cancellationToken)
        => connections.NamingFaultsAsync(async () =>
        {
            foreach (var id in await connections.QueryAsync((connection, token) => connection.ListAsync(FindMergeable, [], static row => row.GetInt64(0), token), cancellationToken))
            {
                while (await merging.MergeOnceAsync(id, cancellationToken))
                {
                }
            }

            await indexing.BuildAsync(cancellationToken);
        });

    /// <summary>Stops the work; what was begun is taken up or taken away by whoever works next.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await WaitAsync();
                await RunOnceAsync(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is Errors.SynapseException or NpgsqlException or OperationCanceledException or InvalidOperationException)
            {
                // Nothing is lost: searches go on with what there is.
                LogFailed(error);
            }
        }
    }

    /// <summary>Waits until something was committed here, or for what other servers left.</summary>
    private async Task WaitAsync()
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var signal = _signals.Reader.WaitToReadAsync(waiting.Token).AsTask();
        await Task.WhenAny(signal, Task.Delay(s_interval, time, waiting.Token));
        await waiting.CancelAsync();
        _stop.Token.ThrowIfCancellationRequested();
        _signals.Reader.TryRead(out _);
    }

    [LoggerMessage(LogLevel.Warning, "Maintenance of the store failed; it is tried again")]
    private partial void LogFailed(Exception exception);
}
