using Synapse.Privacy;

namespace Synapse.Providers.Configuration;

/// <summary>What speaks on the other side, and so which paths, headers, error shapes and discovery apply.</summary>
public enum ProviderKind
{
    /// <summary>OpenAI itself.</summary>
    OpenAI,

    /// <summary>Azure OpenAI, dated API versions and the v1 surface.</summary>
    AzureOpenAI,

    /// <summary>Anthropic's Messages API.</summary>
    Anthropic,

    /// <summary>llama.cpp's server.</summary>
    LlamaCpp,

    /// <summary>vLLM.</summary>
    Vllm,

    /// <summary>Ollama, by its own API.</summary>
    Ollama,

    /// <summary>LM Studio.</summary>
    LmStudio,

    /// <summary>Hugging Face text-embeddings-inference.</summary>
    TextEmbeddingsInference,

    /// <summary>Any other server with OpenAI's API: Groq, Gemini, Cerebras, DigitalOcean, ...</summary>
    OpenAICompatible,

    /// <summary>A local server whose kind is found out at the first contact.</summary>
    LocalUnknown,
}

/// <summary>How to get tokens of Microsoft Entra ID.</summary>
public enum EntraCredentialKind
{
    /// <summary>Tenant, client and secret.</summary>
    ClientSecret,

    /// <summary>The managed identity of the machine; with a client id, that user-assigned one.</summary>
    ManagedIdentity,

    /// <summary>A federated token file, as Kubernetes mounts it.</summary>
    WorkloadIdentity,

    /// <summary>Whoever is signed in to the Azure CLI.</summary>
    AzureCli,
}

/// <summary>How to sign in with Microsoft Entra ID.</summary>
/// <param name="Kind">Where tokens come from.</param>
/// <param name="Scope">What tokens are for, such as <c>https://cognitiveservices.azure.com/.default</c>.</param>
/// <param name="Authority">The sign-in service, <c>https://login.microsoftonline.com/</c> unless it is a sovereign cloud's.</param>
/// <param name="TenantId">The tenant; null where the kind needs none.</param>
/// <param name="ClientId">The application or user-assigned identity; null where the kind needs none.</param>
/// <param name="ClientSecret">The secret, for that kind.</param>
/// <param name="TokenFile">The federated token file, for that kind.</param>
public sealed record EntraSettings(
    EntraCredentialKind Kind,
    string Scope,
    Uri Authority,
    string? TenantId = null,
    string? ClientId = null,
    Secret? ClientSecret = null,
    string? TokenFile = null);

/// <summary>How long each step of a request may take.</summary>
public sealed record ProviderTimeouts
{
    /// <summary>Until connected.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Until the headers of the reply.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Until the first token, thoughts included.</summary>
    public TimeSpan FirstToken { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Between two events of a stream; comments count as life.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Comments alone, without any event.</summary>
    public TimeSpan CommentsOnly { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The whole request.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For a local server to load its model.</summary>
    public TimeSpan Load { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>What a provider's tokens cost, by the operator's price table.</summary>
/// <param name="InputPerMillion">Price of a million input tokens.</param>
/// <param name="OutputPerMillion">Price of a million output tokens.</param>
/// <param name="Currency">Three letters, such as <c>USD</c>.</param>
public sealed record TokenPrice(decimal InputPerMillion, decimal OutputPerMillion, string Currency = "USD");

/// <summary>One provider, read from the configuration and checked.</summary>
public sealed record ProviderSettings
{
    /// <summary>Unique name, such as <c>openai</c>, <c>azure</c>, <c>local-chat</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What speaks on the other side.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>Base address, without a trailing slash and without the path of an operation: <c>https://api.openai.com/v1</c>, <c>https://NAME.openai.azure.com</c>, <c>http://127.0.0.1:8080</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>How far away the endpoint may be. Loopback and private ones are local.</summary>
    public required AddressReach Reach { get; init; }

    /// <summary>Whether the provider runs on this machine or its private network.</summary>
    public bool IsLocal => Reach is AddressReach.Loopback or AddressReach.Private;

    /// <summary>The key; null when the server wants none or Entra ID is used.</summary>
    public Secret? ApiKey { get; init; }

    /// <summary>OpenAI's organisation.</summary>
    public string? Organization { get; init; }

    /// <summary>OpenAI's project.</summary>
    public string? Project { get; init; }

    /// <summary>Azure's dated API version; null for the v1 surface.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Sign-in with Entra ID; null for a key.</summary>
    public EntraSettings? Entra { get; init; }

    /// <summary>Model (Azure: deployment) that writes answers; null when the provider has not this role.</summary>
    public string? ChatModel { get; init; }

    /// <summary>Model or deployment for small work; null when the provider has not this role.</summary>
    public string? FastModel { get; init; }

    /// <summary>Model or deployment that embeds; null when the provider has not this role.</summary>
    public string? EmbeddingModel { get; init; }

    /// <summary>Model that reranks; null when the provider has not this role.</summary>
    public string? RerankModel { get; init; }

    /// <summary>Tokens of the context; null to ask the server or to take what is known of the model.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Most tokens of a reply; null for a share of the context.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Numbers per embedding; null to take what the model gives.</summary>
    public int? EmbeddingDimensions { get; init; }

    /// <summary>Most texts per embedding request; null for what is known of the server.</summary>
    public int? EmbeddingBatchSize { get; init; }

    /// <summary>Text put before every query to embed.</summary>
    public string QueryPrefix { get; init; } = "";

    /// <summary>Text put before every passage to embed.</summary>
    public string PassagePrefix { get; init; } = "";

    /// <summary>Most requests at once; at least 1.</summary>
    public int MaxConcurrency { get; init; } = 8;

    /// <summary>Most requests per minute; null for what the server tells. At least 1. Bulk work alone waits for it.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Most tokens per minute; null for what the server tells. At least 1. Bulk work alone waits for it.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>How long a request waits for its turn at most.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time limits.</summary>
    public ProviderTimeouts Timeouts { get; init; } = new();

    /// <summary>Prices by model; empty without a price table.</summary>
    public IReadOnlyDictionary<string, TokenPrice> Prices { get; init; } = new Dictionary<string, TokenPrice>();
}
