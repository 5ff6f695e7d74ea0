using Synapse.Server.Security;

namespace Synapse.Server.Telemetry;

/// <summary>The metrics as text, for what scrapes them; only where the operator made a token for that.</summary>
internal static class MetricsEndpoint
{
    /// <summary>Its address.</summary>
    public const string Path = "/metrics";

    /// <summary>Maps it.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder endpoints)
        => endpoints.MapPrometheusScrapingEndpoint(Path).RequireAuthorization(Policies.Metrics).DisableHttpMetrics().ExcludeFromDescription();
}
