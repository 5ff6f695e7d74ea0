namespace Synapse.Providers.Policy;

/// <summary>The operator's limit of so much per minute, spent evenly: in no minute more than that, whichever minute the provider counts by, and no burst above a sixtieth.</summary>
/// <remarks>A token bucket. What one request takes beyond a sixtieth is a debt that the next ones wait for. Not safe for several threads at once.</remarks>
internal sealed class SteadyLimit
{
    private readonly double _burst;
    private readonly double _perSecond;
    private double _level;
    private TimeSpan _at;

    /// <summary>Begins with a full bucket.</summary>
    /// <param name="perMinute">The limit; at least 1.</param>
    public SteadyLimit(int perMinute)
    {
        _burst = perMinute / 60.0;
        // A bucket and what flows in during a minute are the limit together.
        _perSecond = (perMinute - _burst) / 60;
        _level = _burst;
    }

    /// <summary>How long to wait before so much may be taken.</summary>
    public TimeSpan WaitFor(double amount, TimeSpan now)
    {
        Flow(now);
        var needed = Math.Min(amount, _burst);
        return _level >= needed ? TimeSpan.Zero : TimeSpan.FromSeconds((needed - _level) / _perSecond);
    }

    /// <summary>Takes so much, whether it is there or not; a negative amount is given back.</summary>
    public void Take(double amount, TimeSpan now)
    {
        Flow(now);
        _level = Math.Min(_burst, _level - amount);
    }

    private void Flow(TimeSpan now)
    {
        _level = Math.Min(_burst, _level + ((now - _at).TotalSeconds * _perSecond));
        _at = now;
    }
}
