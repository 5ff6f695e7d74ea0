using System.Globalization;
using Synapse.Fakes.Dialects;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes;

/// <summary>Limits per minute that the server keeps: it refuses what is above, and tells with each reply what is left.</summary>
internal sealed class RateLimits(FakeProviderOptions options)
{
    private readonly Lock _gate = new();
    private readonly Bucket? _requests = options.RequestsPerMinute is { } requests ? new(requests, options) : null;
    private readonly Bucket? _tokens = options.TokensPerMinute is { } tokens ? new(tokens, options) : null;

    /// <summary>Answers a request, or refuses it for its rate.</summary>
    public HttpReply Apply(Exchange exchange, Func<HttpReply> answer)
    {
        if ((_requests is null && _tokens is null) || exchange.Kind is not (RequestKind.Embeddings or RequestKind.Chat))
        {
            return answer();
        }

        var tokens = TokensOf(exchange);
        TimeSpan wait;
        List<KeyValuePair<string, string>> headers;
        lock (_gate)
        {
            wait = TimeSpan.FromTicks(Math.Max(_requests?.WaitFor(1, exchange.Now).Ticks ?? 0, _tokens?.WaitFor(tokens, exchange.Now).Ticks ?? 0));
            if (wait == TimeSpan.Zero)
            {
                _requests?.Take(1);
                _tokens?.Take(tokens);
            }

            headers = [.. HeadersOf(exchange, "requests", _requests), .. HeadersOf(exchange, "tokens", _tokens)];
        }

        var reply = wait == TimeSpan.Zero
            ? answer()
            : exchange.Dialect.Fault(exchange, new(FaultKind.RateLimit) { Request = exchange.Kind })
                .WithHeader("retry-after-ms", Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture))
                .WithHeader("retry-after", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        return headers.Aggregate(reply, (changed, header) => changed.WithHeader(header.Key, header.Value));
    }

    private static int TokensOf(Exchange exchange)
        => exchange.Kind == RequestKind.Embeddings && OpenAiEmbeddings.Inputs(exchange.Json?["input"]) is { } inputs
            ? inputs.Sum(TokenCount.Of)
            : TokenCount.Of(exchange.Request.BodyText);

    // Azure tells the time until all is there in seconds alone, rounded up; others in parts with units.
    private static IEnumerable<KeyValuePair<string, string>> HeadersOf(Exchange exchange, string unit, Bucket? bucket)
    {
        if (bucket is null)
        {
            yield break;
        }

        var reset = bucket.UntilFull(exchange.Now);
        yield return new($"x-ratelimit-limit-{unit}", bucket.Limit.ToString(CultureInfo.InvariantCulture));
        yield return new($"x-ratelimit-remaining-{unit}", Math.Floor(bucket.Left).ToString(CultureInfo.InvariantCulture));
        yield return new(
            $"x-ratelimit-reset-{unit}",
            exchange.Dialect is AzureDialect
                ? Math.Ceiling(reset.TotalSeconds).ToString(CultureInfo.InvariantCulture)
                : reset.TotalSeconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{reset.TotalMilliseconds:0}ms")
                : reset.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{reset.TotalSeconds:0.###}s")
                : string.Create(CultureInfo.InvariantCulture, $"{(int)reset.TotalMinutes}m{reset.TotalSeconds % 60:0.###}s"));
    }

    /// <summary>One limit: it fills up evenly, or all at once when a minute is over.</summary>
    private sealed class Bucket(int limit, FakeProviderOptions options)
    {
        private DateTimeOffset _at = options.Time.GetUtcNow();

        public int Limit => limit;

        public double Left { get; private set; } = limit;

        public TimeSpan WaitFor(int amount, DateTimeOffset now)
        {
            Flow(now);
            return Left >= amount ? TimeSpan.Zero
                : options.CountsWholeMinutes ? _at + TimeSpan.FromMinutes(1) - now
                : TimeSpan.FromMinutes((amount - Left) / limit);
        }

        public void Take(int amount) => Left -= amount;

        public TimeSpan UntilFull(DateTimeOffset now)
        {
            Flow(now);
            return options.CountsWholeMinutes ? _at + TimeSpan.FromMinutes(1) - now : TimeSpan.FromMinutes((limit - Left) / limit);
        }

        private void Flow(DateTimeOffset now)
        {
            var minutes = (now - _at).TotalMinutes;
            if (!options.CountsWholeMinutes)
            {
                Left = Math.Min(limit, Left + (minutes * limit));
                _at = now;
            }
            else if (minutes >= 1)
            {
                Left = limit;
                _at += TimeSpan.FromMinutes(Math.Floor(minutes));
            }
        }
    }
}
