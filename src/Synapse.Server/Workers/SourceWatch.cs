using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Server.Hosting;
using Synapse.Storage;

namespace Synapse.Server.Workers;

/// <summary>
/// Keeps every source that this server sees up to date while it runs: each is walked once at the start, for what changed while none ran, and watched from then
/// on. Of several servers that see one, each reports a change, and the line of jobs makes one job of it. A server that works for one command watches nothing.
/// </summary>
internal sealed partial class SourceWatch(
    FolderWatcher watcher, IngestionQueue queue, ILibraryStore library, ServerOptions options, TimeProvider time, ILogger<SourceWatch> logger) : BackgroundService
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
        try
        {
            foreach (var source in await library.ListSourcesAsync(AccessScope.Everything, collectionId: null, stoppingToken))
            {
                // Watched first, so that no change falls between the walk and the watch.
                watcher.Add(source);
                await queue.EnqueueRescanAsync(source.Id, stoppingToken);
            }

            var running = (Task[])[watcher.RunAsync(stoppingToken), FollowOthersAsync(stoppingToken)];
            await await Task.WhenAny(running);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // An orderly stop.
        }
    }

    // Sources that other servers of the same database add and remove. Whoever adds one asks for its first load as well.
    private async Task FollowOthersAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                var sources = await library.ListSourcesAsync(AccessScope.Everything, collectionId: null, cancellationToken);
                foreach (var source in sources)
                {
                    watcher.Add(source);
                }

                foreach (var gone in watcher.SourceIds.Except(sources.Select(source => source.Id)))
                {
                    watcher.Remove(gone);
                }
            }
            catch (SynapseException outage) when (outage.Kind == SynapseErrorKind.Unavailable)
            {
                LogOutage(outage);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The sources cannot be listed; it is tried again")]
    private partial void LogOutage(Exception fault);
}
