using Synapse.Ingestion;

namespace Synapse.Server.Workers;

/// <summary>Works off ingestion jobs for as long as the server runs, beginning with those that an earlier process left.</summary>
internal sealed class IngestionWorker(IngestionQueue queue, StorePatience patience) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => patience.RunAsync("Indexing", queue.RunAsync, stoppingToken);
}
