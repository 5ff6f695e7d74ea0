using Synapse.Providers.Configuration;

namespace Synapse.Providers.Diagnosis;

/// <summary>What a person calls a kind of server.</summary>
internal static class ServerTitle
{
    public static string Of(ProviderKind kind) => kind switch
    {
        ProviderKind.OpenAI => "OpenAI",
        ProviderKind.AzureOpenAI => "Azure OpenAI",
        ProviderKind.Anthropic => "Anthropic",
        ProviderKind.LlamaCpp => "llama.cpp",
        ProviderKind.Vllm => "vLLM",
        ProviderKind.Ollama => "Ollama",
        ProviderKind.LmStudio => "LM Studio",
        ProviderKind.TextEmbeddingsInference => "text-embeddings-inference",
        ProviderKind.OpenAICompatible => "a server with OpenAI's API",
        _ => "a local server",
    };
}
