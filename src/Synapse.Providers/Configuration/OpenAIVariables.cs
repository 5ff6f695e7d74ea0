namespace Synapse.Providers.Configuration;

/// <summary>Reads the mode of a key alone: OpenAI, what speaks its language under <c>OPENAI_BASE_URL</c>, and the services whose address is known.</summary>
internal static class OpenAIVariables
{
    public const string Choice = "MODEL_PROVIDER";
    public const string BaseUrl = "OPENAI_BASE_URL";
    public const string Chat = "MODEL_CHAT";
    public const string Fast = "MODEL_FAST";
    public const string Embedding = "MODEL_EMBEDDING";
    public const string ContextName = "MODEL_CONTEXT_LENGTH";

    /// <summary>The least expensive model of OpenAI's current line that chat completions take (checked in November 2026).</summary>
    public const string DefaultChatModel = "gpt-6-luna";

    public const int LeastContextTokens = 512;
    public const int MostContextTokens = 16_777_216;

    private const string None = "none";
    private const string DimensionsName = "EMBEDDING_DIMENSIONS";
    private const string BatchSizeName = "EMBEDDING_BATCH_SIZE";

    /// <summary>Which service is meant; null when none is, or when something was noted as wrong.</summary>
    public static ProviderPreset? Chosen(SettingReader settings, FaultList faults)
    {
        var set = ProviderPreset.All.Where(preset => HasKey(settings, preset)).ToArray();
        var names = string.Join(", ", ProviderPreset.All.Select(preset => preset.Name));
        if (settings.Text(Choice) is { } choice)
        {
            var chosen = ProviderPreset.All.FirstOrDefault(preset => preset.Name.Equals(choice, StringComparison.OrdinalIgnoreCase));
            if (chosen is null && !choice.Equals(None, StringComparison.OrdinalIgnoreCase))
            {
                faults.Add(Choice, $"{SettingReader.Shown(choice)} is not known.", $"Write one of {names}, or {None}.");
            }
            else if (chosen is not null && !set.Contains(chosen))
            {
                faults.Add(chosen.KeyVariable, $"it is not set, and {Choice} chooses {chosen.Title}.", "Set it to a key, or choose another.");
                return null;
            }

            return chosen;
        }

        if (set.Length > 1)
        {
            faults.Add(Choice, $"there are keys of several services ({string.Join(", ", set.Select(preset => preset.KeyVariable))}), and nothing says which one to use.",
                $"Set {Choice} to {string.Join(" or ", set.Select(preset => preset.Name))} ({None} to use none), or list several in order under Synapse:Providers.");
            return null;
        }

        return set.FirstOrDefault();
    }

    /// <summary>Reads a service's settings.</summary>
    public static ProviderSettings? Read(ProviderPreset preset, SettingReader settings, FaultList faults)
    {
        var before = faults.Count;
        var isOpenAI = preset == ProviderPreset.OpenAI;
        var address = isOpenAI ? settings.Text(BaseUrl) : null;
        var isOther = address is not null && !address.Contains("api.openai.com", StringComparison.OrdinalIgnoreCase);
        var kind = isOther ? ProviderKind.OpenAICompatible : preset.Kind;
        var read = new EndpointReader(isOpenAI ? BaseUrl : preset.KeyVariable, kind, faults).Read(address ?? preset.Endpoint, local: null);
        if (read is { } known && HostReach.IsOrBelow(known.Endpoint, "openai.azure.com"))
        {
            faults.Add(BaseUrl, "this is the address of a resource of Azure OpenAI.", $"Remove it, and use {AzureVariables.Switch}=true with {AzureVariables.EndpointName}.");
        }

        var chat = settings.Model(Chat);
        if (chat is null && !settings.Has(Chat))
        {
            chat = isOpenAI && !isOther ? DefaultChatModel : Missing(isOther ? BaseUrl : preset.KeyVariable, faults);
        }

        var embeddings = settings.Models(Embedding);
        var embedding = embeddings is [var first, ..] ? first : null;
        if (embedding is not null && !preset.Embeds)
        {
            faults.Add(Embedding, $"{preset.Title} has no embedding models.", "Remove it to embed with the built-in model, or list another provider for it under Synapse:Providers.");
        }

        var key = Key(preset, isOther, read?.Reach, settings, faults);
        var (fast, organization, project) = (settings.Model(Fast), isOpenAI ? Organization(settings, faults) : null, isOpenAI ? settings.Text("OPENAI_PROJECT") : null);
        var context = ContextTokens(settings, faults);
        var (dimensions, batch) = (Dimensions(settings, embedding, faults), BatchSize(settings, embedding, faults));
        return faults.Count > before ? null : new ProviderSettings
        {
            Name = preset.Name,
            Kind = kind,
            Endpoint = read!.Value.Endpoint,
            Reach = read.Value.Reach,
            ApiKey = key,
            Organization = organization,
            Project = project,
            ChatModel = chat,
            FastModel = fast,
            ContextTokens = context,
            EmbeddingModel = embedding,
            FurtherEmbeddingModels = [.. embeddings.Skip(1)],
            EmbeddingDimensions = dimensions,
            EmbeddingBatchSize = batch,
        };
    }

    /// <summary>Reads how many tokens a chat model takes, prompt and reply together.</summary>
    public static int? ContextTokens(SettingReader settings, FaultList faults) => settings.Number(ContextName, LeastContextTokens, MostContextTokens, "tokens of the context");

    /// <summary>Reads how many numbers an embedding has.</summary>
    public static int? Dimensions(SettingReader settings, string? embedding, FaultList faults) => OfEmbedding(settings, DimensionsName, 8, 8_192, "numbers per embedding", embedding, faults);

    /// <summary>Reads how many texts are embedded at once.</summary>
    public static int? BatchSize(SettingReader settings, string? embedding, FaultList faults) => OfEmbedding(settings, BatchSizeName, 1, 2_048, "texts per request", embedding, faults);

    private static int? OfEmbedding(SettingReader settings, string name, int least, int most, string what, string? embedding, FaultList faults)
    {
        var number = settings.Number(name, least, most, what);
        if (number is not null && embedding is null)
        {
            faults.Add(name, "no embedding model is chosen, and the built-in one does not take it.", "Remove it, or choose an embedding model.");
        }

        return number;
    }

    private static bool HasKey(SettingReader settings, ProviderPreset preset)
        => settings.Has(preset.KeyVariable) || settings.Has($"{preset.KeyVariable}_FILE") || (preset == ProviderPreset.OpenAI && settings.Has(BaseUrl));

    private static string? Missing(string because, FaultList faults)
    {
        faults.Add(Chat, $"it is not set, and {because} needs a model.", "Set it to a model as the service lists it.");
        return null;
    }

    private static Secret? Key(ProviderPreset preset, bool isOther, Privacy.AddressReach? reach, SettingReader settings, FaultList faults)
    {
        var before = faults.Count;
        var key = settings.Secret(preset.KeyVariable, $"{preset.KeyVariable}_FILE", isOther ? null : preset.Issuer);
        if (key is null && faults.Count == before && reach is Privacy.AddressReach.Public)
        {
            faults.Add(preset.KeyVariable, "there is no key.", "Set it to a key, or to any text if the server wants none.");
        }

        return key;
    }

    private static string? Organization(SettingReader settings, FaultList faults)
    {
        var (organization, id) = (settings.Text("OPENAI_ORGANIZATION"), settings.Text("OPENAI_ORG_ID"));
        if (organization is not null && id is not null && organization != id)
        {
            faults.Add("OPENAI_ORG_ID", "it differs from OPENAI_ORGANIZATION, which means the same.", "Remove one of them.");
        }

        return organization ?? id;
    }
}
