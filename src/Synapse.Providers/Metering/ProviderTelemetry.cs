using System.Diagnostics.Metrics;

namespace Synapse.Providers.Metering;

/// <summary>Under which name the provider layer measures and traces: the operation metrics and spans of OpenTelemetry's GenAI conventions, without any content, and how long requests waited here.</summary>
public static class ProviderTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "Synapse.Providers";

    private static readonly InstrumentAdvice<double> s_waiting = new() { HistogramBucketBoundaries = [0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300] };
    private static readonly Histogram<double> s_waits = new Meter(SourceName).CreateHistogram(
        "synapse.provider.wait.duration", "s", "How long requests waited before they were sent: bulk work for the provider's rate, all for a turn.", null, s_waiting);

    /// <summary>Measures a request that waited for the rate of a provider.</summary>
    internal static void WaitedForRate(string provider, TimeSpan elapsed) => Waited(provider, "rate", elapsed);

    /// <summary>Measures a request that waited for a turn.</summary>
    internal static void WaitedForTurn(string provider, TimeSpan elapsed) => Waited(provider, "turn", elapsed);

    private static void Waited(string provider, string reason, TimeSpan elapsed)
        => s_waits.Record(elapsed.TotalSeconds, new("synapse.provider.name", provider), new("synapse.wait.reason", reason));
}
