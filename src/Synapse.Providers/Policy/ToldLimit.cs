using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>A limit as the server told it with its last reply. Before the first nothing is waited for.</summary>
/// <remarks>
/// How the server fills up again is seen from the numbers. Where the time until all is there is what the used part takes at the limit per minute, as OpenAI has it, it fills evenly; else it
/// is taken to be full at that time and not before, as where whole minutes or days are counted; numbers that happen to fit a moment later do not change that. A tenth is left for questions.
/// Not safe for several threads at once.
/// </remarks>
internal sealed class ToldLimit
{
    private const double ShareForQuestions = 0.1;
    private const double Tolerance = 0.1;
    private static readonly TimeSpan s_rounding = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_unevenFor = TimeSpan.FromMinutes(2);

    private double _limit;
    private double _level;
    private double _perSecond;
    private TimeSpan _at;
    private TimeSpan _fullAt;
    private TimeSpan _unevenUntil;

    /// <summary>Whether the server has told anything yet.</summary>
    public bool IsKnown => _limit > 0;

    /// <summary>Takes in what a reply tells.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="underWay">What requests will take that were sent and not answered yet; some of it may be taken already.</param>
    /// <param name="now">The time.</param>
    public void Learn(RateLimitReading reading, double underWay, TimeSpan now)
    {
        var even = TimeSpan.FromSeconds((reading.Limit - reading.Remaining) / reading.Limit * 60);
        _unevenUntil = (even - reading.Reset).Duration() > s_rounding + (even * Tolerance) ? now + s_unevenFor : _unevenUntil;
        var fillsEvenly = now >= _unevenUntil;
        _limit = reading.Limit;
        _level = reading.Remaining - underWay;
        _perSecond = fillsEvenly ? reading.Limit / 60 : 0;
        _at = now;
        _fullAt = fillsEvenly ? TimeSpan.MaxValue : now + reading.Reset;
    }

    /// <summary>The server refused a request for its rate: nothing is left, and it may have named a time.</summary>
    public void Exhaust(TimeSpan? wait, TimeSpan now)
    {
        Flow(now);
        _level = Math.Min(_level, 0);
        if (_perSecond == 0 && wait is { } named)
        {
            _fullAt = now + named;
        }
    }

    /// <summary>How long to wait before so much may be taken.</summary>
    public TimeSpan WaitFor(double amount, TimeSpan now)
    {
        Flow(now);
        var needed = Math.Min(amount + (_limit * ShareForQuestions), _limit);
        return !IsKnown || _level >= needed ? TimeSpan.Zero
            : _perSecond > 0 ? TimeSpan.FromSeconds((needed - _level) / _perSecond)
            : _fullAt - now;
    }

    /// <summary>Takes so much, whether it is there or not.</summary>
    public void Take(double amount, TimeSpan now)
    {
        Flow(now);
        _level -= amount;
    }

    private void Flow(TimeSpan now)
    {
        _level = now >= _fullAt ? Math.Max(_level, _limit) : Math.Min(_limit, _level + ((now - _at).TotalSeconds * _perSecond));
        _fullAt = now >= _fullAt ? TimeSpan.MaxValue : _fullAt;
        _at = now;
    }
}
