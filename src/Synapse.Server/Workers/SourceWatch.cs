using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Server.Hosting;
using Synapse.Storage;

namespace Synapse.Server.Workers;

/// <summary>
/// Keeps every source up to date while a server runs: each is walked once at the start, for what changed while none ran, and watched from then
/// on. A server that works for one command watches nothing; one that shares its store with others leaves alone what is not on its machine.
/// </summary>
internal sealed class SourceWatch(
    FolderWatcher watcher, IngestionQueue queue, ILibraryStore library, ISignInStore signIn, ServerOptions options, StorePatience patience) : BackgroundService
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
        await patience.RunAsync("Looking for changes", BeginAsync, stoppingToken);
        await patience.RunAsync("Watching folders", watcher.RunAsync, stoppingToken);
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        foreach (var source in await library.ListSourcesAsync(AccessScope.Everything, collectionId: null, cancellationToken))
        {
            if (signIn.SharedId is not null && !Path.Exists(source.Location))
            {
                // Most likely it is on the machine of another server, which watches it; here it would look as if all its files were gone.
                continue;
            }

            // Watched first, so that no change falls between the walk and the watch.
            watcher.Add(source);
            await queue.EnqueueAsync(source.Id, cancellationToken);
        }
    }
}
