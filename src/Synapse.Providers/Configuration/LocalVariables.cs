namespace Synapse.Providers.Configuration;

/// <summary>Reads the mode of <c>USE_LOCAL_MODELS=true</c>.</summary>
internal static class LocalVariables
{
    public const string Switch = "USE_LOCAL_MODELS";
    public const string ChatEndpoint = "LOCAL_LLM_ENDPOINT";
    public const string EmbeddingEndpoint = "LOCAL_EMBEDDING_ENDPOINT";
    private const string ChatModel = "LOCAL_LLM_MODEL";
    private const string ContextName = "LOCAL_LLM_CONTEXT_LENGTH";
    private const string EmbeddingModel = "LOCAL_EMBEDDING_MODEL";

    public static IEnumerable<ProviderSettings> Read(SettingReader settings, FaultList faults)
    {
        foreach (var (model, setting) in new[] { (OpenAIVariables.Chat, ChatModel), (OpenAIVariables.Fast, ChatModel), (OpenAIVariables.Embedding, EmbeddingModel), (OpenAIVariables.ContextName, ContextName) })
        {
            if (settings.Has(model))
            {
                faults.Add(model, $"it is for cloud models, and {Switch} is true.", $"Remove it; {setting} is the one for a local model.");
            }
        }

        var hasEmbedding = settings.Has(EmbeddingEndpoint) || settings.Has(EmbeddingModel);
        if (!settings.Has(ChatEndpoint) && !hasEmbedding)
        {
            faults.Add(ChatEndpoint, $"it is not set, and {Switch} is true.", "Set it to the address of a model server, such as http://127.0.0.1:11434 for Ollama or http://127.0.0.1:8080 for llama.cpp.");
            return [];
        }

        var chat = settings.Has(ChatEndpoint) && (settings.Has(ChatModel) || !hasEmbedding || settings.Has(EmbeddingEndpoint)) ? Chat(settings, faults) : null;
        var embedding = hasEmbedding ? Embedding(settings, faults) : null;
        return new[] { chat, embedding }.OfType<ProviderSettings>();
    }

    private static ProviderSettings? Chat(SettingReader settings, FaultList faults)
    {
        var before = faults.Count;
        var read = new EndpointReader(ChatEndpoint, ProviderKind.LocalUnknown, faults).Read(settings.Text(ChatEndpoint) ?? "", local: true);
        var model = Required(settings, ChatModel, ChatEndpoint, faults);
        var key = settings.Secret("LOCAL_LLM_API_KEY", "LOCAL_LLM_API_KEY_FILE");
        var context = settings.Number(ContextName, OpenAIVariables.LeastContextTokens, OpenAIVariables.MostContextTokens, "tokens of the context");
        var timeout = settings.Seconds("LOCAL_LLM_TIMEOUT");
        var timeouts = new ProviderTimeouts();
        return faults.Count > before ? null : new ProviderSettings
        {
            Name = "local-chat",
            Kind = ProviderKind.LocalUnknown,
            Endpoint = read!.Value.Endpoint,
            Reach = read.Value.Reach,
            ApiKey = key,
            ChatModel = model,
            ContextTokens = context,

            // A slow machine spends its time before the first token, on the prompt: the limits that run until then are the same.
            Timeouts = timeout is not { } limit ? timeouts : timeouts with { FirstByte = limit, FirstToken = limit, Total = limit },
        };
    }

    private static ProviderSettings? Embedding(SettingReader settings, FaultList faults)
    {
        var before = faults.Count;

        // One server may do both; then its address need not be written twice.
        var own = settings.Has(EmbeddingEndpoint);
        var name = own ? EmbeddingEndpoint : ChatEndpoint;
        if (!settings.Has(name))
        {
            faults.Add(EmbeddingEndpoint, $"it is not set, and {EmbeddingModel} needs it.", "Set it to the address of the server that embeds.");
            return null;
        }

        var read = new EndpointReader(name, ProviderKind.LocalUnknown, faults).Read(settings.Text(name) ?? "", local: true);
        var models = settings.Models(EmbeddingModel);
        if (models.Count == 0 && !settings.Has(EmbeddingModel))
        {
            NoteMissing(EmbeddingModel, name, faults);
        }

        var key = settings.Secret("LOCAL_EMBEDDING_API_KEY", "LOCAL_EMBEDDING_API_KEY_FILE")
            ?? (own ? null : settings.Secret("LOCAL_LLM_API_KEY", "LOCAL_LLM_API_KEY_FILE"));
        var dimensions = settings.Number("LOCAL_EMBEDDING_DIMENSIONS", 8, 8_192, "numbers per embedding");
        if (settings.Has("EMBEDDING_DIMENSIONS"))
        {
            faults.Add("EMBEDDING_DIMENSIONS", $"it is for cloud models, and {Switch} is true.", "Remove it; LOCAL_EMBEDDING_DIMENSIONS is for local ones.");
        }

        var batch = OpenAIVariables.BatchSize(settings, models is [var first, ..] ? first : null, faults);
        return faults.Count > before ? null : new ProviderSettings
        {
            Name = "local-embedding",
            Kind = ProviderKind.LocalUnknown,
            Endpoint = read!.Value.Endpoint,
            Reach = read.Value.Reach,
            ApiKey = key,
            EmbeddingModel = models[0],
            FurtherEmbeddingModels = [.. models.Skip(1)],
            EmbeddingDimensions = dimensions,
            EmbeddingBatchSize = batch,
        };
    }

    private static string? Required(SettingReader settings, string name, string endpoint, FaultList faults)
    {
        var model = settings.Model(name);
        if (model is null && !settings.Has(name))
        {
            NoteMissing(name, endpoint, faults);
        }

        return model;
    }

    private static void NoteMissing(string name, string endpoint, FaultList faults)
        => faults.Add(name, $"it is not set, and {endpoint} needs a model.", "Set it to a model as the server lists it under /v1/models.");
}
