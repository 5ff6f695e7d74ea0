using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Providers;

/// <summary>The <c>.env</c> file of each mode, as the documentation has it.</summary>
internal static class ModeSettings
{
    public const string OpenAI = $"""
        # One key, and embeddings there too.
        OPENAI_API_KEY={CloudNetwork.OpenAIKey}
        MODEL_CHAT=gpt-4o-mini
        MODEL_EMBEDDING=text-embedding-3-small

        """;

    public const string AzureV1 = $"{Azure}AZURE_OPENAI_API_KEY={CloudNetwork.AzureKey}\n";

    public const string AzureDated = $"{Azure}AZURE_OPENAI_API_KEY={CloudNetwork.AzureKey}\nAZURE_OPENAI_API_VERSION=2024-10-21\n";

    public const string AzureEntra = $"""
        {Azure}AZURE_OPENAI_USE_ENTRA=true
        AZURE_TENANT_ID=11111111-1111-1111-1111-111111111111
        AZURE_CLIENT_ID=22222222-2222-2222-2222-222222222222
        AZURE_CLIENT_SECRET='{CloudNetwork.ClientSecret}'

        """;

    public const string AzureEntraDated = $"{AzureEntra}AZURE_OPENAI_API_VERSION=2024-10-21\n";

    private const string Azure = """
        USE_AZURE_OPENAI=true
        AZURE_OPENAI_ENDPOINT=https://contoso.openai.azure.com
        AZURE_OPENAI_CHAT_DEPLOYMENT=gpt-prod
        AZURE_OPENAI_EMBEDDING_DEPLOYMENT=embed-prod
        MODEL_CONTEXT_LENGTH=128000

        """;

    /// <summary>The settings of a cloud mode by its name, and whether they ask an Azure resource with a dated version.</summary>
    public static (string Text, bool IsDated) Of(string mode) => mode switch
    {
        "openai" => (OpenAI, false),
        "azure v1" => (AzureV1, false),
        "azure dated" => (AzureDated, true),
        "azure entra" => (AzureEntra, false),
        "azure entra dated" => (AzureEntraDated, true),
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    /// <summary>Local mode with one server for both roles.</summary>
    public static string Local(string address, string? key)
        => $"USE_LOCAL_MODELS=true\nLOCAL_LLM_ENDPOINT={address}\nLOCAL_LLM_MODEL=qwen\nLOCAL_EMBEDDING_MODEL=bge\n{(key is null ? "" : $"LOCAL_LLM_API_KEY={key}\n")}";
}
