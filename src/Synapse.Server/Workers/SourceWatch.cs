using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Server.Hosting;
using Synapse.Storage;

namespace Synapse.Server.Workers;

/// <summary>
/// Keeps every source up to date while a server runs: each is walked once at the start, for what changed while none ran, and watched from then
/// on. A server that works for one command watches nothing.
/// </summary>
internal sealed class SourceWatch(FolderWatcher watcher, IngestionQueue queue, ILibraryStore library, ServerOptions options) : BackgroundService
{
    /// <summary>Begins to watch a source that was added.</summary>
    public void Add(Source source)
    {
        if (options.ServesPages)
        {
            watcher.Add(source);
        }
    }

    /// <summary>Ends the watch on a source that was removed.</summary>
    public void Remove(long sourceId) => watcher.Remove(sourceId);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var source in await library.ListSourcesAsync(AccessScope.Everything, collectionId: null, stoppingToken))
            {
                // Watched first, so that no change falls between the walk and the watch.
                watcher.Add(source);
                await queue.EnqueueAsync(source.Id, stoppingToken);
            }

            await watcher.RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // An orderly stop.
        }
    }
}
