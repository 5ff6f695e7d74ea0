using Synapse.Errors;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>Whether and when a request is sent again to the same server. Everything about retries stands here.</summary>
/// <param name="jitter">Numbers from 0 to below 1, so that clients do not come back in step.</param>
internal sealed class RetryPolicy(Func<double> jitter)
{
    /// <summary>A server that asks for more than this is not waited for.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LoadingPoll = TimeSpan.FromSeconds(1);

    /// <summary>Decides on a failure before any text was shown.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="retries">How often this request was sent again already.</param>
    /// <param name="loading">How long the server has been loading its model during this request.</param>
    /// <param name="loadBudget">How long it may.</param>
    /// <returns>How long to wait; null when it is not sent again.</returns>
    public TimeSpan? DelayBefore(WireFailure failure, int retries, TimeSpan loading, TimeSpan loadBudget)
    {
        if (failure.IsLoading)
        {
            return loading < loadBudget ? LoadingPoll : null;
        }

        if (failure.NeverRetry || failure.IsOfRequest || retries >= MostRetries(failure) || failure.RetryAfter > LongestWait)
        {
            return null;
        }

        // What was asked for is the least; the spread comes on top.
        return failure.RetryAfter is { } asked ? asked + Backoff(retries) * 0.1 : Backoff(retries);
    }

    /// <summary>How often a class of failures is tried again.</summary>
    public static int MostRetries(WireFailure failure) => failure.Kind switch
    {
        ProviderFailure.Throttled => 3,
        ProviderFailure.Unavailable => 2,
        ProviderFailure.Interrupted or ProviderFailure.Protocol => 1,
        _ => 0,
    };

    // 0.5, 1, 2, ... 8 s, each times 0.75 to 1.
    private TimeSpan Backoff(int retries)
    {
        var full = TimeSpan.FromSeconds(0.5 * (1 << Math.Min(retries, 4)));
        return (full < LongestBackoff ? full : LongestBackoff) * (0.75 + (0.25 * jitter()));
    }
}
