using System.Diagnostics.Metrics;
using Synapse.Server.Wire;
using Synapse.Telemetry;

namespace Synapse.Server.Telemetry;

/// <summary>What the providers did and how they are, as instruments that are read when metrics are exported.</summary>
internal sealed class ProviderInstruments : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string SourceName = "Synapse.Server";

    private const string Provider = "synapse.provider.name";

    private readonly Meter _meter = new(SourceName);

    public ProviderInstruments(IProviderStatuses statuses)
    {
        _meter.CreateObservableCounter("synapse.provider.requests", () => Read<long>(statuses, status => [new Measurement<long>(status.Requests, Name(status))]), "{request}", "Requests sent to a provider, retries included.");
        _meter.CreateObservableCounter(
            "synapse.provider.failures",
            () => Read(statuses, status => status.Failures.Select(failure => new Measurement<long>(failure.Value, Name(status), new KeyValuePair<string, object?>("error.type", failure.Key)))),
            "{request}",
            "Requests to a provider that failed.");
        _meter.CreateObservableCounter(
            "synapse.provider.cost",
            () => Read<double>(statuses, status => status.Cost is { } cost ? [new Measurement<double>((double)cost, Name(status), new KeyValuePair<string, object?>("synapse.currency", status.Currency ?? "mixed"))] : []),
            "{currency}",
            "Price of the tokens of a provider by the operator's price table.");
        _meter.CreateObservableGauge(
            "synapse.provider.state",
            () => Read(statuses, status => Enum.GetValues<ProviderState>().Select(state => new Measurement<int>(
                state == status.State ? 1 : 0, Name(status), new KeyValuePair<string, object?>("synapse.state", ProviderMapping.Word(state))))),
            "{provider}",
            "1 for the state that a provider is in, 0 for the others.");
        _meter.CreateObservableGauge(
            "synapse.provider.circuit.open", () => Read<int>(statuses, status => [new(status.IsCircuitOpen ? 1 : 0, Name(status))]), "{provider}",
            "1 while requests are kept from a provider, or from one of its models, because it failed; else 0.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<T>> Read<T>(IProviderStatuses statuses, Func<ProviderStatus, IEnumerable<Measurement<T>>> measure)
        where T : struct => statuses.List().SelectMany(measure);

    private static KeyValuePair<string, object?> Name(ProviderStatus status) => new(Provider, status.Name);
}
