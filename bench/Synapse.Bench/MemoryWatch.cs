namespace Synapse.Bench;

/// <summary>Looks at the memory of this process every few milliseconds.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly long _residentBefore;
    private readonly long _heapBefore;
    private readonly Task _watching;
    private long _residentPeak;
    private long _heapPeak;

    private MemoryWatch()
    {
        Collect();
        _residentBefore = _residentPeak = Environment.WorkingSet;
        _heapBefore = _heapPeak = GC.GetTotalMemory(forceFullCollection: false);
        _watching = WatchAsync(_stop.Token);
    }

    /// <summary>Collects garbage, notes what is left, and watches from then on.</summary>
    public static MemoryWatch Start() => new();

    /// <summary>Prints memory before, at its peak, and after collecting garbage.</summary>
    public void Report(string name)
    {
        Collect();
        StoreBench.Report($"{name}, resident before", _residentBefore / 1e6, "MB");
        StoreBench.Report($"{name}, resident peak", Interlocked.Read(ref _residentPeak) / 1e6, "MB");
        StoreBench.Report($"{name}, resident growth", (Interlocked.Read(ref _residentPeak) - _residentBefore) / 1e6, "MB");
        StoreBench.Report($"{name}, heap before", _heapBefore / 1e6, "MB");
        StoreBench.Report($"{name}, heap peak, garbage included", Interlocked.Read(ref _heapPeak) / 1e6, "MB");
        StoreBench.Report($"{name}, heap after", GC.GetTotalMemory(forceFullCollection: false) / 1e6, "MB");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_pause);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                _residentPeak = Math.Max(_residentPeak, Environment.WorkingSet);
                _heapPeak = Math.Max(_heapPeak, GC.GetTotalMemory(forceFullCollection: false));
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
