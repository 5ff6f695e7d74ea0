namespace Synapse.Providers.Wire;

/// <summary>Cancels a read that takes too long. One timer serves a whole stream; it is set anew before each read.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly CancellationTokenSource _expired = new();
    private readonly CancellationTokenSource _linked;
    private readonly ITimer _timer;

    public Watchdog(TimeProvider time, CancellationToken cancellationToken)
    {
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_expired.Token, cancellationToken);
        _timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), _expired, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when time is up or the caller cancels.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>Whether time was up.</summary>
    public bool IsExpired => _expired.IsCancellationRequested;

    /// <summary>Time begins to run.</summary>
    public void Set(TimeSpan due) => _timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _linked.Dispose();
        _expired.Dispose();
    }
}
