using System.ComponentModel.DataAnnotations;

namespace Synapse.Contracts;

/// <summary>A configured provider: how it is, and what it did since the start of the server.</summary>
/// <param name="Name">Its name, as configured.</param>
/// <param name="Kind">Its kind: <c>openai</c>, <c>azure_openai</c>, <c>llamacpp</c>, <c>ollama</c>, ...</param>
/// <param name="Host">Host and port.</param>
/// <param name="Local">Whether it runs on this machine or its private network.</param>
/// <param name="Roles">Its roles and their models: <c>chat</c>, <c>fast</c>, <c>embedding</c>, <c>rerank</c>.</param>
/// <param name="State"><c>unknown</c>, <c>ready</c>, <c>loading</c>, <c>degraded</c>, <c>misconfigured</c> or <c>offline</c>.</param>
/// <param name="Detail">The state in words for the operator; null when all is well.</param>
/// <param name="Requests">Requests sent, retries included.</param>
/// <param name="Failures">Requests that failed, by error code.</param>
/// <param name="InputTokens">Tokens sent, as the provider counted them.</param>
/// <param name="OutputTokens">Tokens received.</param>
/// <param name="Cost">Price of those tokens by the operator's price table; null without one.</param>
/// <param name="LatencyMs">Median time to the first token or reply of the last requests, in milliseconds; null before the first.</param>
/// <param name="LastUsedAt">When it was last asked; null when it was not.</param>
public sealed record ProviderResponse(
    string Name,
    string Kind,
    string Host,
    bool Local,
    IReadOnlyDictionary<string, string> Roles,
    string State,
    string? Detail,
    long Requests,
    IReadOnlyDictionary<string, long> Failures,
    long InputTokens,
    long OutputTokens,
    decimal? Cost,
    double? LatencyMs,
    DateTimeOffset? LastUsedAt)
{
    /// <summary>Currency of <see cref="Cost"/>, three letters; null without a price table.</summary>
    public string? Currency { get; init; }
}

/// <summary>The configured providers, in their order.</summary>
/// <param name="Providers">The providers; empty when none is configured.</param>
/// <param name="Offline">Whether the process is in offline mode.</param>
public sealed record ProviderListResponse(IReadOnlyList<ProviderResponse> Providers, bool Offline);

/// <summary>Asks for a diagnosis.</summary>
/// <param name="Provider">Name of one provider, or <c>openai</c>, <c>azure</c> or <c>local</c> for all of that kind; null for all.</param>
public sealed record DiagnosisRequest([StringLength(200, MinimumLength = 1)] string? Provider = null);

/// <summary>What one step of a diagnosis found.</summary>
/// <param name="Provider">Name of the provider; <c>built-in</c> for what runs in the server itself.</param>
/// <param name="Name">What was looked at: <c>settings</c>, <c>address</c>, <c>sign-in</c>, <c>server</c>, <c>chat</c>, <c>stream</c>, <c>context</c>, <c>fast</c>, <c>embedding</c>, <c>batch</c>, <c>rerank</c>, <c>collections</c>.</param>
/// <param name="Outcome"><c>ok</c>, <c>warning</c>, <c>failed</c>, <c>skipped</c>; in streams also <c>waiting</c>, after which the step comes again.</param>
/// <param name="Code">Stable code of the finding.</param>
/// <param name="Finding">What was found.</param>
/// <param name="Cure">What to do; null when there is nothing to do.</param>
/// <param name="ElapsedMs">How long the step took, in milliseconds.</param>
public sealed record DiagnosisStepResponse(string Provider, string Name, string Outcome, string Code, string Finding, string? Cure, double ElapsedMs);

/// <summary>A diagnosis.</summary>
/// <param name="Healthy">Whether no step failed.</param>
/// <param name="Steps">The steps in order, without those that were waited for.</param>
public sealed record DiagnosisResponse(bool Healthy, IReadOnlyList<DiagnosisStepResponse> Steps);
