namespace Synapse.Providers.Configuration;

/// <summary>The settings of one provider in a list, in the order of the documentation.</summary>
internal static class ListedDescriptions
{
    /// <summary>Below <c>Synapse:Providers:0</c>.</summary>
    public static IReadOnlyList<SettingDescription> Provider { get; } =
    [
        new("Name", SettingKind.Text, "unique name: 1 to 64 letters, digits, `-`, `_`, `.`", "needed"),
        new("Kind", SettingKind.Choice, "`OpenAI`, `AzureOpenAI`, `Anthropic`, `LlamaCpp`, `Vllm`, `Ollama`, `LmStudio`, `TextEmbeddingsInference`, `OpenAICompatible`, `Local` (found out at the first contact), `Groq`, `Gemini`, `Cerebras`, `DigitalOcean`", "needed"),
        new("Endpoint", SettingKind.Address, "base address", "that of the service, where it is known"),
        new("Local", SettingKind.Switch, "whether the server is on this machine or its private network; `false` for a gateway here that passes on to a cloud", "by kind and host"),
        new("ApiKey", SettingKind.Secret, "key", "none"),
        new("ApiKeyFile", SettingKind.File, "file that holds it", "none"),
        new("Organization", SettingKind.Text, "OpenAI's organisation", "none"),
        new("Project", SettingKind.Text, "OpenAI's project", "none"),
        new("ApiVersion", SettingKind.Text, "Azure's dated API version", "the v1 surface"),
        new("Entra:Credential", SettingKind.Choice, "as `AZURE_OPENAI_CREDENTIAL`; any setting below `Entra` asks for the sign-in", "by what is set"),
        new("Entra:Scope", SettingKind.Text, "as `AZURE_OPENAI_SCOPE`", "as there"),
        new("Entra:Authority", SettingKind.Address, "as `AZURE_AUTHORITY_HOST`", "as there"),
        new("Entra:TenantId", SettingKind.Text, "as `AZURE_TENANT_ID`", "none"),
        new("Entra:ClientId", SettingKind.Text, "as `AZURE_CLIENT_ID`", "none"),
        new("Entra:ClientSecret", SettingKind.Secret, "as `AZURE_CLIENT_SECRET`", "none"),
        new("Entra:ClientSecretFile", SettingKind.File, "file that holds it", "none"),
        new("Entra:TokenFile", SettingKind.File, "as `AZURE_FEDERATED_TOKEN_FILE`", "none"),
        new("Chat", SettingKind.Text, "model or deployment that writes answers", "no such role"),
        new("Fast", SettingKind.Text, "model or deployment for small work", "no such role"),
        new("Embedding", SettingKind.Text, "model or deployment that embeds; providers that embed must agree in it", "no such role"),
        new("Rerank", SettingKind.Text, "model that [reranks](#reranking)", "no such role"),
        new("ContextTokens", SettingKind.Number, "tokens of the context", "what the server says, or is known of the model", null, 512, 16_777_216),
        new("MaxOutputTokens", SettingKind.Number, "most tokens of a reply", "a share of the context", null, 16, 16_777_216),
        new("EmbeddingDimensions", SettingKind.Number, "numbers per embedding", "the model's", null, 8, 8_192),
        new("EmbeddingBatchSize", SettingKind.Number, "most texts per request", "what is known of the server", null, 1, 2_048),
        new("QueryPrefix", SettingKind.Text, "text before every query to embed, such as `query: `", "none"),
        new("PassagePrefix", SettingKind.Text, "text before every passage to embed, such as `passage: `", "none"),
        new("MaxConcurrency", SettingKind.Number, "most requests at once", "8", null, 1, 1_024),
        new("RequestsPerMinute", SettingKind.Number, "most requests per minute; [indexing waits for it](#the-pace-of-indexing)", "what the server tells", null, 1, 1_000_000_000),
        new("TokensPerMinute", SettingKind.Number, "most tokens per minute", "what the server tells", null, 1, 1_000_000_000),
        new("QueueSeconds", SettingKind.Seconds, "how long a request waits for its turn", "30", null, 0.1m, 86_400),
        new("Timeouts:ConnectSeconds", SettingKind.Seconds, "until connected", "5", null, 0.1m, 300),
        new("Timeouts:FirstByteSeconds", SettingKind.Seconds, "until the headers of the reply", "60", null, 0.1m, 86_400),
        new("Timeouts:FirstTokenSeconds", SettingKind.Seconds, "until the first token", "120", null, 0.1m, 86_400),
        new("Timeouts:IdleSeconds", SettingKind.Seconds, "between two events of a stream", "60", null, 0.1m, 86_400),
        new("Timeouts:CommentsOnlySeconds", SettingKind.Seconds, "comments alone, without any event", "300", null, 0.1m, 86_400),
        new("Timeouts:TotalSeconds", SettingKind.Seconds, "the whole request", "600", null, 0.1m, 86_400),
        new("Timeouts:LoadSeconds", SettingKind.Seconds, "for a local server to load its model", "300", null, 0.1m, 86_400),
    ];

    /// <summary>Of one model, below its <c>Prices:MODEL</c>.</summary>
    public static IReadOnlyList<SettingDescription> Price { get; } =
    [
        new("Input", SettingKind.Price, "price of a million input tokens", "0", null, 0, 100_000),
        new("Output", SettingKind.Price, "price of a million output tokens", "0", null, 0, 100_000),
        new("Currency", SettingKind.Text, "three capital letters", "`USD`"),
    ];
}
