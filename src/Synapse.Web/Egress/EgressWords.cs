using Synapse.Privacy;

namespace Synapse.Web.Egress;

/// <summary>The words that the page has for what the ledger holds.</summary>
internal static class EgressWords
{
    public static string Of(AddressReach reach) => reach switch
    {
        AddressReach.Loopback => "this machine",
        AddressReach.Private => "private network",
        AddressReach.Metadata => "metadata service",
        AddressReach.Public => "internet",
        _ => "nowhere",
    };

    public static string Of(EgressPurpose? purpose) => purpose switch
    {
        EgressPurpose.Chat => "Prompt",
        EgressPurpose.Embedding => "Texts to embed",
        EgressPurpose.Reranking => "Passages to rerank",
        EgressPurpose.Discovery => "About the server",
        EgressPurpose.Credential => "Sign-in",
        EgressPurpose.Telemetry => "Metrics and traces",
        EgressPurpose.Models => "Files of models",
        _ => "Unknown purpose",
    };

    /// <summary>How a request ended, and whether that is bad news.</summary>
    public static (string Text, string Badge) Of(EgressResult result) => result.Outcome switch
    {
        EgressOutcome.Open => ("under way", ""),
        EgressOutcome.Completed => (result.Status is { } status ? $"status {status}" : "done", result.Status is >= 400 ? "warn" : "good"),
        EgressOutcome.Refused => ($"refused: {result.Rule}", "bad"),
        EgressOutcome.Failed => ("failed", "bad"),
        EgressOutcome.Cancelled => ("cancelled", "warn"),
        _ => ("interrupted", "warn"),
    };
}
