using Synapse.Ingestion;

namespace Synapse.Server.Workers;

/// <summary>Works off ingestion jobs for as long as the server runs, beginning with those that an earlier process left.</summary>
internal sealed class IngestionWorker(IngestionQueue queue) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await queue.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // An orderly stop. When the start fails, the host would take it for a fault.
        }
    }
}
