using Synapse.Privacy;
using Synapse.Providers.Configuration;

namespace Synapse.Server.Telemetry;

/// <summary>The collector that the operator named for metrics and traces.</summary>
/// <param name="Route">Where it is.</param>
/// <param name="Headers">Headers for it, as OpenTelemetry writes them (<c>key=value,key=value</c>); null for none.</param>
internal sealed record TelemetryEndpoint(EgressRoute Route, string? Headers)
{
    /// <summary>OpenTelemetry's own variable.</summary>
    public const string Variable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>OpenTelemetry's own variable for headers, which may hold a credential.</summary>
    public const string HeadersVariable = "OTEL_EXPORTER_OTLP_HEADERS";

    /// <summary>The same setting in the manner of the others; it counts before the variable.</summary>
    public const string Setting = "Synapse:Telemetry:Endpoint";

    /// <summary>Reads the setting.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="policy">What may be reached.</param>
    /// <param name="faults">Receives what is wrong, with its key and its cure.</param>
    /// <returns>Null when none is named, or the named one is wrong.</returns>
    public static TelemetryEndpoint? Read(IConfiguration configuration, EgressPolicy policy, ICollection<string> faults)
    {
        var key = configuration[Setting] is { Length: > 0 } ? Setting : Variable;
        var text = configuration[key]?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0 || address.Query.Length > 0)
        {
            faults.Add($"{key}: it is not the http or https address of a collector. Write one without credential and query, such as http://127.0.0.1:4318, or remove it to export nothing.");
            return null;
        }

        var route = new EgressRoute("telemetry", address, HostReach.Of(address));
        if (policy.CheckRoute(route) is { } refusal)
        {
            faults.Add($"{key}: rule '{refusal.Rule}' refuses the collector. {refusal.Reason} Or remove the setting to export nothing.");
            return null;
        }

        return new TelemetryEndpoint(route, configuration[HeadersVariable]);
    }
}
