using Synapse.Embedding;

namespace Synapse.Server.Workers;

/// <summary>Keeps the cache of embeddings within its limits for as long as the server runs.</summary>
internal sealed class PassageCacheWorker(PassageCache cache, StorePatience patience) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => patience.RunAsync("Clearing the cache of embeddings", cache.RunAsync, stoppingToken);
}
