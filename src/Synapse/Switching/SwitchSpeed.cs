using System.Collections.Concurrent;

namespace Synapse.Switching;

/// <summary>How fast this server fills shadow spaces, measured.</summary>
internal sealed class SwitchSpeed(TimeProvider time)
{
    // People's searches go first: beside a model that runs in this process, they would else find every processor taken.
    private const double ProcessorShare = 0.5;

    private readonly ConcurrentDictionary<long, (long Chunks, TimeSpan Elapsed)> _filled = [];

    /// <summary>Begins to measure a portion.</summary>
    public Portion Begin() => new(time.GetTimestamp(), Environment.CpuUsage.TotalTime);

    /// <summary>Waits until this process has used no more than its share of the processors since a portion was begun. Where a server embeds, it has not.</summary>
    public async Task RestAsync(Portion begun, CancellationToken cancellationToken)
    {
        var due = (Environment.CpuUsage.TotalTime - begun.Processor) / (ProcessorShare * Environment.ProcessorCount) - time.GetElapsedTime(begun.Timestamp);
        if (due > TimeSpan.Zero)
        {
            await Task.Delay(due, time, cancellationToken);
        }
    }

    /// <summary>A portion is done.</summary>
    public void Add(long collectionId, Portion begun, long chunks)
    {
        var elapsed = time.GetElapsedTime(begun.Timestamp);
        _filled.AddOrUpdate(collectionId, _ => (chunks, elapsed), (_, sum) => (sum.Chunks + chunks, sum.Elapsed + elapsed));
    }

    /// <summary>Forgets a switch that has ended: the next one may be to a faster or slower model.</summary>
    public void Forget(long collectionId) => _filled.TryRemove(collectionId, out _);

    /// <summary>How long so many chunks take; null when this server has not filled any.</summary>
    public TimeSpan? Of(long collectionId, long chunks)
        => _filled.TryGetValue(collectionId, out var sum) && sum.Chunks > 0 ? sum.Elapsed * ((double)chunks / sum.Chunks) : null;

    /// <param name="Timestamp">When it began.</param>
    /// <param name="Processor">Processor time of the process until then.</param>
    public readonly record struct Portion(long Timestamp, TimeSpan Processor);
}
