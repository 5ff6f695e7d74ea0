using System.Net.Http.Headers;
using Synapse.Providers.Configuration;
using Synapse.Providers.Metering;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>
/// Keeps bulk work within the limits of a provider: those that the operator set, and those that its replies tell. Requests that somebody waits for are counted, and never wait here: bulk work
/// makes up for them.
/// </summary>
internal sealed class RequestPace(ProviderSettings settings, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly long _begun = time.GetTimestamp();
    private readonly SteadyLimit? _requestsPerMinute = settings.RequestsPerMinute is { } requests ? new(requests) : null;
    private readonly SteadyLimit? _tokensPerMinute = settings.TokensPerMinute is { } tokens ? new(tokens) : null;
    private readonly Dictionary<string, ToldLimits> _told = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastNumber;

    private TimeSpan Now => time.GetElapsedTime(_begun);

    /// <summary>Waits until a request of bulk work may be sent, one after the other.</summary>
    /// <param name="model">The model that is asked.</param>
    /// <param name="tokens">About how many tokens it will take.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The request; to be disposed when it is over.</returns>
    public async ValueTask<PacedRequest> WaitAsync(string model, long tokens, CancellationToken cancellationToken)
    {
        SemaphoreSlim turnstile;
        lock (_gate)
        {
            turnstile = ToldOf(model).Turnstile;
        }

        var began = time.GetTimestamp();
        await turnstile.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                TimeSpan wait;
                Task changed;
                lock (_gate)
                {
                    wait = WaitFor(model, tokens);
                    changed = _changed.Task;
                    if (wait <= TimeSpan.Zero)
                    {
                        ProviderTelemetry.WaitedForRate(settings.Name, time.GetElapsedTime(began));
                        return Begin(model, tokens);
                    }
                }

                using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                // A little later than reckoned: clocks differ, and times are rounded.
                await Task.WhenAny(Task.Delay((wait * 1.001) + TimeSpan.FromMilliseconds(1), time, over.Token), changed);
                await over.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            turnstile.Release();
        }
    }

    /// <summary>Counts a request that somebody waits for.</summary>
    /// <param name="model">The model that is asked.</param>
    /// <param name="tokens">About how many tokens it will take.</param>
    /// <returns>The request; to be disposed when it is over.</returns>
    public PacedRequest Count(string model, long tokens)
    {
        lock (_gate)
        {
            return Begin(model, tokens);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var told in _told.Values)
            {
                told.Dispose();
            }
        }
    }

    internal void Learn(PacedRequest request, HttpResponseHeaders headers)
    {
        lock (_gate)
        {
            var told = _told[request.Model];
            request.IsAnswered = true;
            if (request.Number < told.Newest)
            {
                // An older request, answered after a newer one, knows less.
                return;
            }

            told.Newest = request.Number;
            var underWay = told.UnderWay.Where(other => !other.IsAnswered).ToList();
            if (RateLimitHeaders.Read(headers, "requests") is { } requests)
            {
                told.Requests.Learn(requests, underWay.Count, Now);
            }

            if (RateLimitHeaders.Read(headers, "tokens") is { } tokens)
            {
                told.Tokens.Learn(tokens, underWay.Sum(other => other.Tokens), Now);
            }

            Changed();
        }
    }

    internal void Refused(PacedRequest request, TimeSpan? wait)
    {
        lock (_gate)
        {
            var told = _told[request.Model];
            told.Requests.Exhaust(wait, Now);
            told.Tokens.Exhaust(wait, Now);
            told.NotBefore = wait is { } named && named <= RetryPolicy.LongestWait && Now + named > told.NotBefore ? Now + named : told.NotBefore;
        }
    }

    internal void Used(PacedRequest request, long tokens)
    {
        lock (_gate)
        {
            _tokensPerMinute?.Take(tokens - request.Tokens, Now);
            Changed();
        }
    }

    internal void End(PacedRequest request)
    {
        lock (_gate)
        {
            _told[request.Model].UnderWay.Remove(request);
        }
    }

    private TimeSpan WaitFor(string model, long tokens)
    {
        var now = Now;
        var own = Longer(_requestsPerMinute?.WaitFor(1, now), _tokensPerMinute?.WaitFor(tokens, now));
        var told = ToldOf(model);
        // What is not there for minutes is asked for all the same: then the server says why, and the job waits instead of this request.
        var wait = Longer(told.Requests.WaitFor(1, now), told.Tokens.WaitFor(tokens, now));
        return Longer(own, Longer(wait <= RetryPolicy.LongestWait ? wait : TimeSpan.Zero, told.NotBefore - now));
    }

    private PacedRequest Begin(string model, long tokens)
    {
        var now = Now;
        var told = ToldOf(model);
        _requestsPerMinute?.Take(1, now);
        _tokensPerMinute?.Take(tokens, now);
        told.Requests.Take(1, now);
        told.Tokens.Take(tokens, now);
        var request = new PacedRequest(this, model, tokens, ++_lastNumber);
        told.UnderWay.Add(request);
        return request;
    }

    private ToldLimits ToldOf(string model)
    {
        if (!_told.TryGetValue(model, out var told))
        {
            _told.Add(model, told = new());
        }

        return told;
    }

    private void Changed()
    {
        _changed.TrySetResult();
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static TimeSpan Longer(TimeSpan? one, TimeSpan? other) => TimeSpan.FromTicks(Math.Max(one?.Ticks ?? 0, other?.Ticks ?? 0));

    /// <summary>What replies for one model told: providers count for each model.</summary>
    private sealed class ToldLimits : IDisposable
    {
        /// <summary>Lets bulk requests wait one behind the other.</summary>
        public SemaphoreSlim Turnstile { get; } = new(1);

        public ToldLimit Requests { get; } = new();

        public ToldLimit Tokens { get; } = new();

        public HashSet<PacedRequest> UnderWay { get; } = [];

        public long Newest { get; set; }

        public TimeSpan NotBefore { get; set; }

        public void Dispose() => Turnstile.Dispose();
    }
}
