using Synapse.Switching;

namespace Synapse.Server.Workers;

/// <summary>Works on switches of embedding models for as long as the server runs, beginning with those that an earlier process left.</summary>
internal sealed class SwitchWorker(ModelSwitching switching, StorePatience patience) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => patience.RunAsync("Switching models", switching.RunAsync, stoppingToken);
}
