using Synapse.Server.Security;

namespace Synapse.Server.Telemetry;

/// <summary>The metrics as text, for what scrapes them; only where the operator made a token for that.</summary>
internal static class MetricsEndpoint
{
    /// <summary>Its address.</summary>
    public const string Path = "/metrics";

    /// <summary>Maps it.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder endpoints)
    {
        var metrics = endpoints.MapPrometheusScrapingEndpoint(Path);
        metrics.RequireAuthorization(Policies.Metrics).DisableHttpMetrics().ExcludeFromDescription();
        metrics.Add(static endpoint =>
        {
            var scrape = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = async http =>
            {
                await http.RequestServices.GetRequiredService<ServerReadings>().RefreshAsync(http.RequestAborted);
                await scrape(http);
            };
        });
    }
}
