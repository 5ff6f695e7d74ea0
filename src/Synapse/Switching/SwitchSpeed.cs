using System.Collections.Concurrent;

namespace Synapse.Switching;

/// <summary>How fast this server fills shadow spaces, measured.</summary>
internal sealed class SwitchSpeed(TimeProvider time)
{
    private readonly ConcurrentDictionary<long, (long Chunks, TimeSpan Elapsed)> _filled = [];

    /// <summary>Begins to measure a portion.</summary>
    public long Begin() => time.GetTimestamp();

    /// <summary>A portion is done.</summary>
    public void Add(long collectionId, long begun, long chunks)
    {
        var elapsed = time.GetElapsedTime(begun);
        _filled.AddOrUpdate(collectionId, _ => (chunks, elapsed), (_, sum) => (sum.Chunks + chunks, sum.Elapsed + elapsed));
    }

    /// <summary>Nothing is done any more.</summary>
    public void Forget(long collectionId) => _filled.TryRemove(collectionId, out _);

    /// <summary>How long so many chunks take; null when this server has not filled any.</summary>
    public TimeSpan? Of(long collectionId, long chunks)
        => _filled.TryGetValue(collectionId, out var sum) && sum.Chunks > 0 ? sum.Elapsed * ((double)chunks / sum.Chunks) : null;
}
