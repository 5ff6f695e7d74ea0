using Synapse.Providers.Configuration;

namespace Synapse.Providers.Chat;

/// <summary>What kinds are called in statuses and in telemetry.</summary>
internal static class ProviderNames
{
    /// <summary>The name in <c>gen_ai.provider.name</c> where OpenTelemetry knows one; else our own.</summary>
    public static string Of(ProviderKind kind) => kind switch
    {
        ProviderKind.OpenAI => "openai",
        ProviderKind.AzureOpenAI => "azure.ai.openai",
        ProviderKind.Anthropic => "anthropic",
        _ => Id(kind),
    };

    /// <summary>The name in statuses.</summary>
    public static string Id(ProviderKind kind) => kind switch
    {
        ProviderKind.OpenAI => "openai",
        ProviderKind.AzureOpenAI => "azure_openai",
        ProviderKind.Anthropic => "anthropic",
        ProviderKind.LlamaCpp => "llamacpp",
        ProviderKind.Vllm => "vllm",
        ProviderKind.Ollama => "ollama",
        ProviderKind.LmStudio => "lmstudio",
        ProviderKind.TextEmbeddingsInference => "tei",
        ProviderKind.OpenAICompatible => "openai_compatible",
        _ => "local",
    };
}
