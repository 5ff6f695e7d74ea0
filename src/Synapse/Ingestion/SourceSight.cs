using System.Collections.Concurrent;
using Synapse.Library;

namespace Synapse.Ingestion;

/// <summary>Which sources this machine sees. A look at a network folder that hangs counts as not seen, and only one look hangs at a time.</summary>
internal sealed class SourceSight
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Task<bool>> _looks = new(StringComparer.Ordinal);

    /// <summary>Parts sources into those that are seen and those that are not.</summary>
    public async Task<(IReadOnlyList<Source> Seen, IReadOnlyList<Source> Unseen)> LookAsync(IReadOnlyList<Source> sources, CancellationToken cancellationToken)
    {
        var isSeen = await Task.WhenAll(sources.Select(source => SeesAsync(source, cancellationToken)));
        return ([.. sources.Where((_, i) => isSeen[i])], [.. sources.Where((_, i) => !isSeen[i])]);
    }

    /// <summary>Whether a source is there.</summary>
    public async Task<bool> SeesAsync(Source source, CancellationToken cancellationToken)
    {
        var look = _looks.GetOrAdd(source.Location, static (location, source) => Task.Run(() => Exists(source)), source);
        try
        {
            // A disk hangs in its own time, whatever clock the rest goes by.
            return await look.WaitAsync(s_patience, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            if (look.IsCompleted)
            {
                _looks.TryRemove(source.Location, out _);
            }
        }
    }

    private static bool Exists(Source source) => source.Kind switch
    {
        SourceKind.Folder => Directory.Exists(source.Location),
        SourceKind.File => File.Exists(source.Location),
        _ => false,
    };
}
