using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Server.Hosting;
using Synapse.Storage;

namespace Synapse.Server.Workers;

/// <summary>
/// Keeps every source that this server sees up to date while it runs: each is walked once at the start, for what changed while none ran, and watched from then
/// on. Of several servers that see one, each reports a change, and the line of jobs makes one job of it. A server that works for one command watches nothing.
/// </summary>
internal sealed class SourceWatch(
    FolderWatcher watcher, IngestionQueue queue, ILibraryStore library, ServerOptions options, StorePatience patience, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

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
        await Task.WhenAll(
            patience.RunAsync("Watching folders", watcher.RunAsync, stoppingToken),
            patience.RunAsync("Looking for sources of other servers", FollowOthersAsync, stoppingToken));
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        foreach (var source in await ListAsync(cancellationToken))
        {
            // Watched first, so that no change falls between the walk and the watch.
            watcher.Add(source);
            await queue.EnqueueRescanAsync(source.Id, cancellationToken);
        }
    }

    // Sources that other servers of the same database add and remove. Whoever adds one asks for its first load as well.
    private async Task FollowOthersAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var sources = await ListAsync(cancellationToken);
            foreach (var source in sources)
            {
                watcher.Add(source);
            }

            foreach (var gone in watcher.SourceIds.Except(sources.Select(source => source.Id)))
            {
                watcher.Remove(gone);
            }
        }
    }

    // What an archive names as a source is nobody's word for a folder of this machine.
    private async Task<IReadOnlyList<Source>> ListAsync(CancellationToken cancellationToken)
        => [.. (await library.ListSourcesAsync(AccessScope.Everything, collectionId: null, cancellationToken)).Where(static source => source.Kind != SourceKind.Imported)];
}
