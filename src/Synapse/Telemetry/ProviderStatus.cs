namespace Synapse.Telemetry;

/// <summary>How a provider is.</summary>
public enum ProviderState
{
    /// <summary>Not asked yet.</summary>
    Unknown,

    /// <summary>Its last requests went well.</summary>
    Ready,

    /// <summary>It is there, and not ready yet.</summary>
    Loading,

    /// <summary>Some requests fail or wait.</summary>
    Degraded,

    /// <summary>It refuses the credential, model or parameters: only a change of the configuration helps.</summary>
    Misconfigured,

    /// <summary>It cannot be reached.</summary>
    Offline,
}

/// <summary>A provider as configured, how it is, and what it did since the start of the process.</summary>
/// <param name="Name">Its name, as configured.</param>
/// <param name="Kind">Its kind: <c>openai</c>, <c>azure_openai</c>, <c>llamacpp</c>, <c>ollama</c>, ...</param>
/// <param name="Host">Host and port.</param>
/// <param name="IsLocal">Whether it runs on this machine or its private network.</param>
/// <param name="Roles">Its roles and their models: <c>chat</c> → <c>gpt-4o-mini</c>.</param>
/// <param name="State">How it is.</param>
/// <param name="Detail">The state in words for the operator, with the cure when it needs one; null when all is well.</param>
/// <param name="Requests">Requests sent, retries included.</param>
/// <param name="Failures">Requests that failed, by failure.</param>
/// <param name="InputTokens">Tokens sent, as the server counted them.</param>
/// <param name="OutputTokens">Tokens received.</param>
/// <param name="Cost">Price of those tokens by the operator's price table; null without one.</param>
/// <param name="LatencyMs">Median time to the first token or reply of the last requests, in milliseconds; null before the first.</param>
/// <param name="LastUsedAt">When it was last asked.</param>
public sealed record ProviderStatus(
    string Name,
    string Kind,
    string Host,
    bool IsLocal,
    IReadOnlyDictionary<string, string> Roles,
    ProviderState State,
    string? Detail,
    long Requests,
    IReadOnlyDictionary<string, long> Failures,
    long InputTokens,
    long OutputTokens,
    decimal? Cost,
    double? LatencyMs,
    DateTimeOffset? LastUsedAt)
{
    /// <summary>Currency of <see cref="Cost"/>, three letters; null without a price table, or when its prices are in several.</summary>
    public string? Currency { get; init; }

    /// <summary>Whether requests are kept from it, or from one of its models, for now: its circuit is open.</summary>
    public bool IsCircuitOpen { get; init; }
}

/// <summary>Tells how the configured providers are.</summary>
public interface IProviderStatuses
{
    /// <summary>All configured providers, in their order; empty when none is configured.</summary>
    IReadOnlyList<ProviderStatus> List();
}
