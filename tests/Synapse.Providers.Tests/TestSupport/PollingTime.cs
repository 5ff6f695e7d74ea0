using Microsoft.Extensions.Time.Testing;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>A clock that starts now, so that dates of the fake server are not far off, and stands still, except that a wait of exactly one second, which is a poll for a loading model, passes at once.</summary>
internal sealed class PollingTime() : FakeTimeProvider(TimeProvider.System.GetUtcNow())
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    // Every time limit of the provider layer, in seconds.
    private static readonly double[] Limits = [5, 30, 60, 120, 300, 600];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if ((dueTime > TimeSpan.Zero && dueTime <= PassesUpTo) || (dueTime == Poll && PassesPolls) || (PassesRetries && dueTime > TimeSpan.Zero && !Limits.Contains(dueTime.TotalSeconds)))
        {
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }

        return timer;
    }

    /// <summary>Whether waits before retries pass at once, which are never as long as a time limit.</summary>
    public bool PassesRetries { get; set; }

    /// <summary>Waits that pass at once whatever they are for: those of no more than this.</summary>
    public TimeSpan PassesUpTo { get; set; }

    /// <summary>Whether polls pass at once.</summary>
    public bool PassesPolls { get; set; }
}
