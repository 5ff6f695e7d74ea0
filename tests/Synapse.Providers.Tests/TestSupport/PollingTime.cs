using Microsoft.Extensions.Time.Testing;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>A clock that starts now, so that dates of the fake server are not far off, and stands still, except that a wait of exactly one second, which is a poll for a loading model, passes at once.</summary>
internal sealed class PollingTime() : FakeTimeProvider(TimeProvider.System.GetUtcNow())
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == Poll && PassesPolls)
        {
            ThreadPool.QueueUserWorkItem(_ => Advance(Poll));
        }

        return timer;
    }

    /// <summary>Whether polls pass at once.</summary>
    public bool PassesPolls { get; set; }
}
