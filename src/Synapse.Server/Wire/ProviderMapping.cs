using Synapse.Contracts;
using Synapse.Telemetry;

namespace Synapse.Server.Wire;

/// <summary>Writes providers and diagnoses in the words of the contract.</summary>
internal static class ProviderMapping
{
    public static ProviderResponse ToResponse(this ProviderStatus status)
        => new(
            status.Name,
            status.Kind,
            status.Host,
            status.IsLocal,
            status.Roles,
            Word(status.State),
            status.Detail,
            status.Requests,
            status.Failures,
            status.InputTokens,
            status.OutputTokens,
            status.Cost,
            status.LatencyMs,
            status.LastUsedAt)
        {
            Currency = status.Currency,
        };

    public static DiagnosisStepResponse ToResponse(this DiagnosisStep step)
        => new(step.Provider, step.Name, Word(step.Outcome), step.Code, step.Finding, step.Cure, step.Elapsed.TotalMilliseconds);

    /// <summary>The state of a provider in one word.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
