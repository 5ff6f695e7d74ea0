using Synapse.Privacy;
using Synapse.Server.Security;

namespace Synapse.Server.Telemetry;

/// <summary>Who may read what is measured.</summary>
/// <param name="Collector">Where metrics and traces are sent; null for nowhere.</param>
/// <param name="SendsLogs">Whether the log is sent there too.</param>
/// <param name="Metrics">The token of what scrapes the metrics; null when they are not served.</param>
internal sealed record TelemetrySettings(TelemetryEndpoint? Collector, bool SendsLogs, MetricsToken? Metrics)
{
    /// <summary>OpenTelemetry's own variable for where logs go.</summary>
    public const string LogsVariable = "OTEL_LOGS_EXPORTER";

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="policy">What may be reached.</param>
    /// <param name="faults">Receives what is wrong, with its key and its cure.</param>
    public static TelemetrySettings Read(IConfiguration configuration, EgressPolicy policy, ICollection<string> faults)
        => new(TelemetryEndpoint.Read(configuration, policy, faults), ReadLogs(configuration, faults), MetricsToken.Read(configuration, faults));

    private static bool ReadLogs(IConfiguration configuration, ICollection<string> faults)
    {
        switch (configuration[LogsVariable]?.Trim())
        {
            case null or "" or "none":
                return false;
            case "otlp":
                return true;
            case var other:
                faults.Add($"{LogsVariable}: '{other}' is neither otlp nor none. Leave it out to send no log anywhere.");
                return false;
        }
    }
}
