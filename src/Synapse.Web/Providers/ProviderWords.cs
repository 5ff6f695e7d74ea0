using System.Globalization;
using Synapse.Telemetry;

namespace Synapse.Web.Providers;

/// <summary>The words that the page has for providers.</summary>
internal static class ProviderWords
{
    public static string Of(ProviderState state) => state switch
    {
        ProviderState.Ready => "ready",
        ProviderState.Loading => "loading",
        ProviderState.Degraded => "degraded",
        ProviderState.Misconfigured => "misconfigured",
        ProviderState.Offline => "not reachable",
        _ => "not asked yet",
    };

    public static string Badge(ProviderState state) => state switch
    {
        ProviderState.Ready => "good",
        ProviderState.Loading or ProviderState.Degraded => "warn",
        ProviderState.Misconfigured or ProviderState.Offline => "bad",
        _ => "",
    };

    public static string Of(DiagnosisOutcome outcome) => outcome switch
    {
        DiagnosisOutcome.Ok => "✓ ok",
        DiagnosisOutcome.Warning => "! warning",
        DiagnosisOutcome.Failed => "✗ failed",
        DiagnosisOutcome.Waiting => "… waiting",
        _ => "– skipped",
    };

    public static string Badge(DiagnosisOutcome outcome) => outcome switch
    {
        DiagnosisOutcome.Ok => "good",
        DiagnosisOutcome.Warning => "warn",
        DiagnosisOutcome.Failed => "bad",
        _ => "",
    };

    public static string OfKind(string kind) => kind switch
    {
        "openai" => "OpenAI",
        "azure_openai" => "Azure OpenAI",
        "anthropic" => "Anthropic",
        "llamacpp" => "llama.cpp",
        "vllm" => "vLLM",
        "ollama" => "Ollama",
        "lmstudio" => "LM Studio",
        "tei" => "text-embeddings-inference",
        "openai_compatible" => "OpenAI's API",
        _ => "local server",
    };

    public static string OfRole(string role) => role switch
    {
        "chat" => "Writes answers",
        "fast" => "Small work",
        "embedding" => "Embeds",
        "rerank" => "Reranks",
        _ => role,
    };

    /// <summary>A code of failures as a word.</summary>
    public static string OfFailure(string code) => code switch
    {
        "provider_throttled" => "throttled",
        "provider_quota_exhausted" => "without quota",
        "provider_unavailable" => "unavailable",
        "context_too_large" => "too large",
        "content_filtered" => "filtered",
        "provider_auth_failed" => "credential refused",
        "provider_misconfigured" => "misconfigured",
        "provider_interrupted" => "cut off",
        _ => "unreadable",
    };

    public static string OfCost(decimal cost, string? currency) => string.Create(CultureInfo.InvariantCulture, $"{cost:0.00##} {currency}").TrimEnd();
}
