using Synapse.Errors;
using Synapse.Providers.Configuration;

namespace Synapse.Providers.Metering;

/// <summary>Counts what one provider did since the start of the process. Safe for many threads at once.</summary>
internal sealed class ProviderMeter(ProviderSettings settings, TimeProvider time)
{
    private const int LatenciesKept = 64;

    private readonly Lock _gate = new();
    private readonly double[] _latenciesMs = new double[LatenciesKept];
    private readonly Dictionary<string, long> _failures = [];
    private long _requests;
    private long _inputTokens;
    private long _outputTokens;
    private int _latencies;
    private decimal _cost;
    private DateTimeOffset? _lastUsedAt;
    private bool _isLoading;
    private bool? _wentWell;

    /// <summary>A request is sent, for the first time or again.</summary>
    public void Sent()
    {
        lock (_gate)
        {
            _requests++;
            _lastUsedAt = time.GetUtcNow();
        }
    }

    /// <summary>The first token or the reply came.</summary>
    public void Replied(TimeSpan latency)
    {
        lock (_gate)
        {
            _latenciesMs[_latencies++ % LatenciesKept] = latency.TotalMilliseconds;
            _isLoading = false;
        }
    }

    /// <summary>A request went well.</summary>
    public void Succeeded(string model, long inputTokens, long outputTokens)
    {
        lock (_gate)
        {
            _wentWell = true;
            _isLoading = false;
            _inputTokens += inputTokens;
            _outputTokens += outputTokens;
            if (settings.Prices.TryGetValue(model, out var price))
            {
                _cost += ((inputTokens * price.InputPerMillion) + (outputTokens * price.OutputPerMillion)) / 1_000_000m;
            }
        }
    }

    /// <summary>A request failed.</summary>
    public void Failed(ProviderFailure failure, bool isLoading)
    {
        lock (_gate)
        {
            _isLoading = isLoading;
            // What a filter refuses or what is too long tells nothing about the provider.
            _wentWell = failure is ProviderFailure.Filtered or ProviderFailure.TooLarge ? _wentWell : false;
            var code = ProviderException.CodeOf(failure);
            _failures[code] = _failures.GetValueOrDefault(code) + 1;
        }
    }

    /// <summary>The numbers now.</summary>
    public MeterReading Read()
    {
        lock (_gate)
        {
            return new(
                _requests,
                new Dictionary<string, long>(_failures),
                _inputTokens,
                _outputTokens,
                settings.Prices.Count > 0 ? _cost : null,
                Median(),
                _lastUsedAt,
                _isLoading,
                _wentWell);
        }
    }

    private double? Median()
    {
        var count = Math.Min(_latencies, LatenciesKept);
        if (count == 0)
        {
            return null;
        }

        var sorted = _latenciesMs[..count];
        Array.Sort(sorted);
        return sorted[count / 2];
    }
}
