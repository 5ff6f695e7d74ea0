using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Synapse.Errors;
using Synapse.Ingestion.Walking;
using Synapse.Library;

namespace Synapse.Ingestion;

/// <summary>Keeps watched sources up to date: a change is indexed once the folder has been quiet for a moment, and now and then the whole source is walked in case a change was not reported.</summary>
/// <remarks><see cref="RunAsync"/> does the work; what is watched before it runs is not lost.</remarks>
public sealed partial class FolderWatcher(IngestionQueue queue, IOptions<IngestionOptions> options, TimeProvider time, ILogger<FolderWatcher> logger) : IDisposable
{
    // Beyond this a walk costs less than looking at each.
    private const int MaxPaths = 500;
    private const int BufferBytes = 65_536;

    private readonly ConcurrentDictionary<long, Watch> _watches = new();
    private readonly Channel<Change> _changes = Channel.CreateUnbounded<Change>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Path relative to the source; null when anything may have changed.</summary>
    private readonly record struct Change(long SourceId, string? Path);

    private sealed record Watch(Source Source, FileSystemWatcher? Watcher);

    /// <summary>The sources that are watched.</summary>
    public IReadOnlyCollection<long> SourceIds => [.. _watches.Keys];

    /// <summary>Begins to watch a source. Does nothing when it is watched already.</summary>
    public void Add(Source source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (_watches.ContainsKey(source.Id))
        {
            return;
        }

        var watch = new Watch(source, Open(source));
        if (!_watches.TryAdd(source.Id, watch))
        {
            watch.Watcher?.Dispose();
        }
        else if (watch.Watcher is { } watcher)
        {
            Begin(source, watcher);
        }
    }

    /// <summary>Ends the watch on a source. Does nothing when it is not watched.</summary>
    public void Remove(long sourceId)
    {
        if (_watches.TryRemove(sourceId, out var watch))
        {
            watch.Watcher?.Dispose();
        }
    }

    /// <summary>Takes changes to the queue until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = (Task[])[TakeChangesAsync(stop.Token), RescanUntilStoppedAsync(stop.Token)];
        await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var sourceId in _watches.Keys)
        {
            Remove(sourceId);
        }
    }

    private async Task RescanUntilStoppedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(options.Value.RescanInterval, time, cancellationToken);
            await RescanAsync(cancellationToken);
        }
    }

    private async Task TakeChangesAsync(CancellationToken cancellationToken)
    {
        while (await _changes.Reader.WaitToReadAsync(cancellationToken))
        {
            // One window after the first change, not after the last: a folder that is never quiet is indexed too.
            await Task.Delay(options.Value.WatchQuietTime, time, cancellationToken);
            var gathered = new Dictionary<long, HashSet<string>?>();
            while (_changes.Reader.TryRead(out var change))
            {
                Gather(gathered, change);
            }

            foreach (var (sourceId, paths) in gathered)
            {
                await EnqueueAsync(sourceId, paths, cancellationToken);
            }
        }
    }

    private static void Gather(Dictionary<long, HashSet<string>?> gathered, Change change)
    {
        if (!gathered.TryGetValue(change.SourceId, out var paths))
        {
            gathered[change.SourceId] = paths = new(StringComparer.Ordinal);
        }

        if (change.Path is null || paths is { Count: >= MaxPaths })
        {
            gathered[change.SourceId] = null;
        }
        else
        {
            paths?.Add(change.Path);
        }
    }

    private async Task EnqueueAsync(long sourceId, HashSet<string>? paths, CancellationToken cancellationToken)
    {
        try
        {
            await queue.EnqueueChangesAsync(sourceId, paths, cancellationToken);
        }
        catch (SourceNotFoundException)
        {
            Remove(sourceId);
        }
        catch (SynapseException fault) when (fault.Kind == SynapseErrorKind.Unavailable)
        {
            LogNotEnqueued(fault, sourceId);
            await Task.Delay(options.Value.RetryDelay, time, cancellationToken);
            Report(sourceId, null);
        }
    }

    // Another server may have walked it just before: a walk that finds nothing new stores nothing.
    private async Task RescanAsync(CancellationToken cancellationToken)
    {
        foreach (var (sourceId, watch) in _watches)
        {
            if (!Reopen(watch))
            {
                // It was never seen here, so it is for other servers to look after.
                continue;
            }

            try
            {
                await queue.EnqueueRescanAsync(sourceId, cancellationToken);
            }
            catch (SourceNotFoundException)
            {
                Remove(sourceId);
            }
            catch (SynapseException fault) when (fault.Kind == SynapseErrorKind.Unavailable)
            {
                LogNotEnqueued(fault, sourceId);
            }
        }
    }

    // A folder that was not there when the watch began may be there now, such as one of a disk that was attached since.
    private bool Reopen(Watch watch)
    {
        if (watch.Watcher is not null)
        {
            return true;
        }

        if (Open(watch.Source) is not { } watcher)
        {
            return false;
        }

        if (!_watches.TryUpdate(watch.Source.Id, watch with { Watcher = watcher }, watch))
        {
            watcher.Dispose();
            return false;
        }

        Begin(watch.Source, watcher);
        return true;
    }

    private static FileSystemWatcher? Open(Source source)
    {
        var folder = source.Kind == SourceKind.Folder ? source.Location : Path.GetDirectoryName(source.Location)!;
        return Directory.Exists(folder)
            ? new FileSystemWatcher(folder)
            {
                Filter = source.Kind == SourceKind.Folder ? "" : Path.GetFileName(source.Location),
                IncludeSubdirectories = source.Kind == SourceKind.Folder,
                InternalBufferSize = BufferBytes,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
            }
            : null;
    }

    private void Begin(Source source, FileSystemWatcher watcher)
    {
        watcher.Created += (_, change) => Report(source.Id, change.Name);
        watcher.Deleted += (_, change) => Report(source.Id, change.Name);
        watcher.Changed += (_, change) => Report(source.Id, change.Name);
        watcher.Renamed += (_, change) =>
        {
            Report(source.Id, change.OldName);
            Report(source.Id, change.Name);
        };

        // Too many changes at once for the buffer, or for the system's number of watches: the walks notice what is missed.
        watcher.Error += (_, error) =>
        {
            LogMissed(error.GetException(), source.Id);
            Report(source.Id, null);
        };
        try
        {
            watcher.EnableRaisingEvents = true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            LogMissed(fault, source.Id);
        }
    }

    private void Report(long sourceId, string? path)
    {
        var relative = path is null || Path.DirectorySeparatorChar == '/' ? path : path.Replace(Path.DirectorySeparatorChar, '/');
        if (relative is null || !Array.Exists(relative.Split('/'), static part => NameRules.ForFolder(part) is not null))
        {
            _changes.Writer.TryWrite(new Change(sourceId, relative));
        }
    }

    [LoggerMessage(LogLevel.Warning, "Changes of source {SourceId} may have been missed; it is walked as a whole")]
    private partial void LogMissed(Exception fault, long sourceId);

    [LoggerMessage(LogLevel.Warning, "Source {SourceId} could not be asked to be indexed; it is tried again")]
    private partial void LogNotEnqueued(Exception fault, long sourceId);
}
