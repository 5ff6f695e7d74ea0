using Microsoft.Extensions.Time.Testing;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>A clock that starts now, so that dates of the fake server are not far off, and stands still, except that a wait of exactly one second, which is a poll for a loading model, passes at once.</summary>
internal sealed class PollingTime() : FakeTimeProvider(TimeProvider.System.GetUtcNow())
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // Every time limit of the provider layer, in seconds.
    private static readonly double[] Limits = [5, 30, 60, 120, 300, 600];

    private readonly Lock _passing = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if ((dueTime > TimeSpan.Zero && dueTime <= PassesUpTo) || (dueTime == Poll && PassesPolls) || (PassesRetries && dueTime > TimeSpan.Zero && !Limits.Contains(dueTime.TotalSeconds)))
        {
            var until = GetUtcNow() + dueTime;
            ThreadPool.QueueUserWorkItem(_ => PassUntil(until));
        }

        return timer;
    }

    // Of several who wait at the same time, the last decides: the time that one of them waits is that of the others too.
    private void PassUntil(DateTimeOffset until)
    {
        lock (_passing)
        {
            if (until - GetUtcNow() is var left && left > TimeSpan.Zero)
            {
                Advance(left);
            }
        }
    }

    /// <summary>Whether waits before retries pass at once, which are never as long as a time limit.</summary>
    public bool PassesRetries { get; set; }

    /// <summary>Waits that pass at once whatever they are for: those of no more than this.</summary>
    public TimeSpan PassesUpTo { get; set; }

    /// <summary>Whether polls pass at once.</summary>
    public bool PassesPolls { get; set; }
}
