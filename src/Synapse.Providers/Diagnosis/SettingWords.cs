using Synapse.Providers.Configuration;

namespace Synapse.Providers.Diagnosis;

/// <summary>The settings of a provider as its operator may have written them: a variable, or a member of its entry in the list of providers.</summary>
internal sealed class SettingWords(ProviderSettings settings)
{
    private readonly bool _isAzure = settings.Kind == ProviderKind.AzureOpenAI;

    public string Endpoint => Both(_isAzure ? "AZURE_OPENAI_ENDPOINT" : settings.Name == "local-chat" ? "LOCAL_LLM_ENDPOINT" : settings.Name == "local-embedding" ? "LOCAL_EMBEDDING_ENDPOINT" : "OPENAI_BASE_URL", "Endpoint");

    public string Key => Both(
        settings.Name switch
        {
            _ when _isAzure => "AZURE_OPENAI_API_KEY",
            "local-chat" => "LOCAL_LLM_API_KEY",
            "local-embedding" => "LOCAL_EMBEDDING_API_KEY",
            _ => ProviderPreset.All.FirstOrDefault(preset => preset.Name == settings.Name)?.KeyVariable,
        },
        "ApiKey");

    public string ChatModel => Both(_isAzure ? "AZURE_OPENAI_CHAT_DEPLOYMENT" : settings.Name == "local-chat" ? "LOCAL_LLM_MODEL" : "MODEL_CHAT", "Chat");

    public string FastModel => Both(_isAzure ? "AZURE_OPENAI_FAST_DEPLOYMENT" : "MODEL_FAST", "Fast");

    public string EmbeddingModel => Both(_isAzure ? "AZURE_OPENAI_EMBEDDING_DEPLOYMENT" : settings.Name == "local-embedding" ? "LOCAL_EMBEDDING_MODEL" : "MODEL_EMBEDDING", "Embedding");

    public string Dimensions => Both(settings.Name == "local-embedding" ? "LOCAL_EMBEDDING_DIMENSIONS" : "EMBEDDING_DIMENSIONS", "EmbeddingDimensions");

    public static string BatchSize => Both("EMBEDDING_BATCH_SIZE", "EmbeddingBatchSize");

    public string Context => Both(settings.Name == "local-chat" ? "LOCAL_LLM_CONTEXT_LENGTH" : "MODEL_CONTEXT_LENGTH", "ContextTokens");

    public static string ApiVersion => Both("AZURE_OPENAI_API_VERSION", "ApiVersion");

    public static string Scope => Both("AZURE_OPENAI_SCOPE", "Entra:Scope");

    private static string Both(string? variable, string member) => variable is null ? $"{member} of the provider" : $"{variable} ({member} in the list of providers)";
}
