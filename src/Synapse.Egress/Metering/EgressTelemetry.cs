using System.Diagnostics.Metrics;
using Synapse.Privacy;

namespace Synapse.Egress.Metering;

/// <summary>What requests to other processes and machines measure: the ledger has each of them, these are the sums.</summary>
public static class EgressTelemetry
{
    /// <summary>Name of the meter.</summary>
    public const string SourceName = "Synapse.Egress";

    private const string Provider = "synapse.provider.name";

    private static readonly Meter s_meter = new(SourceName);
    private static readonly Counter<long> s_requests = s_meter.CreateCounter<long>("synapse.egress.requests", "{request}", "Requests to model servers and other machines.");
    private static readonly Counter<long> s_refusals = s_meter.CreateCounter<long>("synapse.egress.refusals", "{request}", "Requests that a rule refused.");
    private static readonly Counter<long> s_bytes = s_meter.CreateCounter<long>("synapse.egress.io", "By", "Bytes of headers and bodies that were sent and received.");

    /// <summary>Counts a request that has ended.</summary>
    internal static void Ended(EgressAttempt attempt, EgressResult result)
    {
        var provider = new KeyValuePair<string, object?>(Provider, attempt.Provider);
        s_requests.Add(1, provider, new("synapse.egress.purpose", WordOf(attempt.Purpose)), new("synapse.outcome", WordOf(result.Outcome)));
        s_bytes.Add(result.BytesSent, provider, new("network.io.direction", "transmit"));
        s_bytes.Add(result.BytesReceived, provider, new("network.io.direction", "receive"));
        if (result.Outcome == EgressOutcome.Refused)
        {
            s_refusals.Add(1, provider, new("synapse.egress.rule", result.Rule));
        }
    }

    private static string WordOf(EgressPurpose? purpose) => purpose switch
    {
        EgressPurpose.Chat => "chat",
        EgressPurpose.Embedding => "embedding",
        EgressPurpose.Reranking => "reranking",
        EgressPurpose.Discovery => "discovery",
        EgressPurpose.Credential => "credential",
        EgressPurpose.Telemetry => "telemetry",
        EgressPurpose.Models => "models",
        _ => "unknown",
    };

    private static string WordOf(EgressOutcome outcome) => outcome switch
    {
        EgressOutcome.Completed => "completed",
        EgressOutcome.Refused => "refused",
        EgressOutcome.Cancelled => "cancelled",
        _ => "failed",
    };
}
