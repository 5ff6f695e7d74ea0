namespace Synapse.Providers.Configuration;

/// <summary>The names that are read, for what checks, describes and suggests them.</summary>
public static class SettingNames
{
    /// <summary>Flat variables that are read here, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Variables { get; } =
    [
        "OPENAI_API_KEY", "OPENAI_API_KEY_FILE", "OPENAI_BASE_URL", "OPENAI_ORGANIZATION", "OPENAI_ORG_ID", "OPENAI_PROJECT",
        "MODEL_PROVIDER", "MODEL_CHAT", "MODEL_FAST", "MODEL_EMBEDDING", "MODEL_CONTEXT_LENGTH", "EMBEDDING_DIMENSIONS", "EMBEDDING_BATCH_SIZE",
        "ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY_FILE", "GROQ_API_KEY", "GROQ_API_KEY_FILE", "GEMINI_API_KEY", "GEMINI_API_KEY_FILE",
        "CEREBRAS_API_KEY", "CEREBRAS_API_KEY_FILE", "DO_INFERENCE_API_KEY", "DO_INFERENCE_API_KEY_FILE",
        "USE_AZURE_OPENAI", "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "AZURE_OPENAI_API_KEY_FILE", "AZURE_OPENAI_API_VERSION",
        "AZURE_OPENAI_CHAT_DEPLOYMENT", "AZURE_OPENAI_FAST_DEPLOYMENT", "AZURE_OPENAI_EMBEDDING_DEPLOYMENT",
        "AZURE_OPENAI_USE_ENTRA", "AZURE_OPENAI_CREDENTIAL", "AZURE_OPENAI_SCOPE", "AZURE_TENANT_ID", "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET_FILE", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST",
        "USE_LOCAL_MODELS", "LOCAL_LLM_ENDPOINT", "LOCAL_LLM_MODEL", "LOCAL_LLM_API_KEY", "LOCAL_LLM_API_KEY_FILE", "LOCAL_LLM_CONTEXT_LENGTH", "LOCAL_LLM_TIMEOUT",
        "LOCAL_EMBEDDING_ENDPOINT", "LOCAL_EMBEDDING_MODEL", "LOCAL_EMBEDDING_API_KEY", "LOCAL_EMBEDDING_API_KEY_FILE", "LOCAL_EMBEDDING_DIMENSIONS",
        "SYNAPSE_OFFLINE",
    ];

    /// <summary>Settings of one provider in <c>Synapse:Providers</c>; those of prices stand below the model's name.</summary>
    public static IReadOnlyList<string> Listed { get; } =
    [
        "Name", "Kind", "Endpoint", "Local", "ApiKey", "ApiKeyFile", "Organization", "Project", "ApiVersion",
        "Entra:Credential", "Entra:Scope", "Entra:Authority", "Entra:TenantId", "Entra:ClientId", "Entra:ClientSecret", "Entra:ClientSecretFile", "Entra:TokenFile",
        "Chat", "Fast", "Embedding", "Rerank", "ContextTokens", "MaxOutputTokens", "EmbeddingDimensions", "EmbeddingBatchSize", "QueryPrefix", "PassagePrefix",
        "MaxConcurrency", "RequestsPerMinute", "TokensPerMinute", "QueueSeconds",
        "Timeouts:ConnectSeconds", "Timeouts:FirstByteSeconds", "Timeouts:FirstTokenSeconds", "Timeouts:IdleSeconds", "Timeouts:CommentsOnlySeconds", "Timeouts:TotalSeconds", "Timeouts:LoadSeconds",
    ];

    /// <summary>Settings of one price, below <c>Prices:MODEL</c>.</summary>
    public static IReadOnlyList<string> Price { get; } = ["Input", "Output", "Currency"];

    /// <summary>The known name that was most likely meant; null when none is near.</summary>
    /// <param name="name">A name that is not known.</param>
    /// <param name="known">The known names.</param>
    /// <param name="mostEdits">Most letters that may be added, taken away, changed or swapped with the next.</param>
    public static string? Nearest(string name, IEnumerable<string> known, int mostEdits)
    {
        ArgumentNullException.ThrowIfNull(name);
        return known.Select(candidate => (candidate, edits: Edits(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(pair => pair.edits <= mostEdits)
            .OrderBy(pair => pair.edits)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    // Optimal string alignment: Levenshtein's distance with swaps of neighbours.
    private static int Edits(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                rows[i, j] = i == 0 ? j : j == 0 ? i
                    : Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[left.Length, right.Length];
    }
}
