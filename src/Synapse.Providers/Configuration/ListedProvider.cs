using Microsoft.Extensions.Configuration;
using Synapse.Privacy;

namespace Synapse.Providers.Configuration;

/// <summary>Reads one provider of the list.</summary>
/// <param name="entry">Its settings.</param>
/// <param name="place">What the operator writes before their names.</param>
/// <param name="faults">Takes what is wrong.</param>
internal sealed class ListedProvider(IConfigurationSection entry, string place, FaultList faults)
{
    private const string PricesName = "Prices";
    private const int UnknownNameEdits = 3;
    private const int MostPerMinute = 1_000_000_000;
    private readonly SettingReader _settings = new(entry, place, faults);

    public ProviderSettings? Read()
    {
        var before = faults.Count;
        CheckNames();
        var name = Name();
        if (Kind() is not { } found)
        {
            return null;
        }

        var (kind, preset) = found;
        var version = kind == ProviderKind.AzureOpenAI ? AzureApiVersion.Read(_settings, "ApiVersion", faults) : Refused<string>("ApiVersion", kind);
        var endpoint = Endpoint(kind, preset, version);
        var (key, entra) = Credential(kind, preset, endpoint, version);
        var roles = Roles(kind);
        var provider = new ProviderSettings
        {
            Name = name ?? "",
            Kind = kind,
            Endpoint = endpoint?.Endpoint ?? new Uri("http://127.0.0.1"),
            Reach = endpoint?.Reach ?? AddressReach.Loopback,
            ApiKey = key,
            Organization = kind == ProviderKind.OpenAI ? _settings.Text("Organization") : Refused<string>("Organization", kind),
            Project = kind == ProviderKind.OpenAI ? _settings.Text("Project") : Refused<string>("Project", kind),
            ApiVersion = version,
            Entra = entra,
            ChatModel = roles.Chat,
            FastModel = roles.Fast,
            EmbeddingModel = roles.Embedding,
            RerankModel = roles.Rerank,
            ContextTokens = _settings.Number("ContextTokens", OpenAIVariables.LeastContextTokens, OpenAIVariables.MostContextTokens, "tokens"),
            MaxOutputTokens = _settings.Number("MaxOutputTokens", 16, OpenAIVariables.MostContextTokens, "tokens"),
            EmbeddingDimensions = OfEmbedding("EmbeddingDimensions", 8, 8_192, "numbers per embedding", roles.Embedding),
            EmbeddingBatchSize = OfEmbedding("EmbeddingBatchSize", 1, 2_048, "texts per request", roles.Embedding),
            QueryPrefix = _settings.Verbatim("QueryPrefix"),
            PassagePrefix = _settings.Verbatim("PassagePrefix"),
            MaxConcurrency = _settings.Number("MaxConcurrency", 1, 1_024, "requests at once") ?? 8,
            RequestsPerMinute = _settings.Number("RequestsPerMinute", 1, MostPerMinute, "requests per minute"),
            TokensPerMinute = _settings.Number("TokensPerMinute", 1, MostPerMinute, "tokens per minute"),
            QueueTimeout = _settings.Seconds("QueueSeconds") ?? TimeSpan.FromSeconds(30),
            Timeouts = Timeouts(),
            Prices = Prices(),
        };
        if (provider.MaxOutputTokens >= provider.ContextTokens)
        {
            faults.Add(_settings.KeyOf("MaxOutputTokens"), "the reply may not be as long as the whole context.", "Leave room for the prompt.");
        }

        return faults.Count > before ? null : provider;
    }

    private void CheckNames()
    {
        foreach (var child in entry.GetChildren())
        {
            CheckName(child.Key);
            if (child.Key.Equals("Entra", StringComparison.OrdinalIgnoreCase) || child.Key.Equals("Timeouts", StringComparison.OrdinalIgnoreCase))
            {
                foreach (var below in child.GetChildren())
                {
                    CheckName($"{child.Key}:{below.Key}");
                }
            }
        }
    }

    private void CheckName(string name)
    {
        var groups = SettingNames.Listed.Where(known => known.Contains(':', StringComparison.Ordinal)).Select(known => known.Split(':')[0]).Append(PricesName);
        if (SettingNames.Listed.Concat(groups).Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return;
        }

        var nearest = SettingNames.Nearest(name, SettingNames.Listed.Append(PricesName), UnknownNameEdits);
        var known = nearest is null ? $"Known are {string.Join(", ", SettingNames.Listed.Append(PricesName))}." : $"Did you mean {nearest}?";
        faults.Add(place + name, "there is no such setting.", known);
    }

    private string? Name()
    {
        var name = _settings.Text("Name");
        if (name is { Length: <= 64 } && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.') && KeyForm.IssuerOf(name) is null)
        {
            return name;
        }

        faults.Add(_settings.KeyOf("Name"), name is null ? "the provider has no name." : "the value is not a name.", "Write 1 to 64 letters, digits, '-', '_' and '.'.");
        return null;
    }

    private (ProviderKind Kind, ProviderPreset? Preset)? Kind()
    {
        var text = _settings.Text("Kind");
        if (text is not null && ProviderKinds.Find(text) is { } found)
        {
            return found;
        }

        faults.Add(_settings.KeyOf("Kind"), text is null ? "the provider has no kind." : $"{SettingReader.Shown(text)} is not a kind.", $"Write one of {string.Join(", ", ProviderKinds.All)}.");
        return null;
    }

    private (Uri Endpoint, AddressReach Reach)? Endpoint(ProviderKind kind, ProviderPreset? preset, string? version)
    {
        var local = _settings.Switch("Local");
        var text = _settings.Text("Endpoint");
        var (key, versionKey) = (_settings.KeyOf("Endpoint"), _settings.KeyOf("ApiVersion"));
        AzureApiVersion.CheckAgainst(text, version, key, versionKey, faults);
        text ??= preset?.Endpoint;
        if (text is null)
        {
            faults.Add(key, "the provider has no address.", $"Set it to the base address of the server.");
            return null;
        }

        return new EndpointReader(key, kind, faults).Read(text, local);
    }

    private (Secret? Key, EntraSettings? Entra) Credential(ProviderKind kind, ProviderPreset? preset, (Uri Endpoint, AddressReach Reach)? endpoint, string? version)
    {
        var before = faults.Count;
        var key = _settings.Secret("ApiKey", "ApiKeyFile", kind == ProviderKind.AzureOpenAI ? KeyIssuer.Azure : preset?.Issuer);
        if (entry.GetSection("Entra").GetChildren().Any(child => !string.IsNullOrWhiteSpace(child.Value)))
        {
            if (kind != ProviderKind.AzureOpenAI)
            {
                faults.Add(_settings.KeyOf("Entra"), $"{kind} has no sign-in with Entra ID.", "Remove it, or make the kind AzureOpenAI.");
                return (null, null);
            }

            if (key is not null)
            {
                faults.Add(_settings.KeyOf("ApiKey"), "there is a sign-in with Entra ID too.", "Keep one of the two.");
            }

            return (null, new EntraReader(_settings, EntraNames.Listed, faults).Read(endpoint?.Endpoint, version));
        }

        var needsKey = kind is ProviderKind.OpenAI or ProviderKind.AzureOpenAI or ProviderKind.Anthropic || preset is not null;
        if (key is null && needsKey && faults.Count == before)
        {
            faults.Add(_settings.KeyOf("ApiKey"), "there is no key.",
                kind == ProviderKind.AzureOpenAI ? "Set it, or set Entra:Credential to sign in with Entra ID." : $"Set it, in the environment as {_settings.KeyOf("ApiKey").ToUpperInvariant().Replace(":", "__", StringComparison.Ordinal)}.");
        }

        return (key, null);
    }

    private (string? Chat, string? Fast, string? Embedding, string? Rerank) Roles(ProviderKind kind)
    {
        var before = faults.Count;
        string? Role(string name) => kind == ProviderKind.AzureOpenAI ? AzureVariables.DeploymentName(_settings, name, faults) : _settings.Model(name);
        var (chat, fast, embedding) = (Role("Chat"), Role("Fast"), Role("Embedding"));
        var rerank = kind is ProviderKind.OpenAI or ProviderKind.AzureOpenAI or ProviderKind.Anthropic or ProviderKind.Ollama ? Refused<string>("Rerank", kind) : Role("Rerank");
        if (kind == ProviderKind.Anthropic)
        {
            Refused<string>("Embedding", kind);
        }

        if (kind == ProviderKind.TextEmbeddingsInference)
        {
            Refused<string>("Chat", kind);
            Refused<string>("Fast", kind);
        }

        if (faults.Count == before && chat is null && fast is null && embedding is null && rerank is null)
        {
            faults.Add(_settings.KeyOf("Chat"), "the provider has no role.", "Set Chat, Fast, Embedding or Rerank to the name of a model.");
        }

        return (chat, fast, embedding, rerank);
    }

    private T? Refused<T>(string name, ProviderKind kind)
        where T : class
    {
        if (_settings.Has(name))
        {
            faults.Add(_settings.KeyOf(name), $"{kind} does not take it.", "Remove it.");
        }

        return null;
    }

    private int? OfEmbedding(string name, int least, int most, string what, string? embedding)
    {
        var number = _settings.Number(name, least, most, what);
        if (number is not null && embedding is null)
        {
            faults.Add(_settings.KeyOf(name), "the provider does not embed.", "Remove it, or set Embedding.");
        }

        return number;
    }

    private ProviderTimeouts Timeouts()
    {
        var standard = new ProviderTimeouts();
        return new ProviderTimeouts
        {
            Connect = _settings.Seconds("Timeouts:ConnectSeconds", most: 300) ?? standard.Connect,
            FirstByte = _settings.Seconds("Timeouts:FirstByteSeconds") ?? standard.FirstByte,
            FirstToken = _settings.Seconds("Timeouts:FirstTokenSeconds") ?? standard.FirstToken,
            Idle = _settings.Seconds("Timeouts:IdleSeconds") ?? standard.Idle,
            CommentsOnly = _settings.Seconds("Timeouts:CommentsOnlySeconds") ?? standard.CommentsOnly,
            Total = _settings.Seconds("Timeouts:TotalSeconds") ?? standard.Total,
            Load = _settings.Seconds("Timeouts:LoadSeconds") ?? standard.Load,
        };
    }

    private Dictionary<string, TokenPrice> Prices()
    {
        var prices = new Dictionary<string, TokenPrice>(StringComparer.OrdinalIgnoreCase);
        Collect(entry.GetSection(PricesName), "", prices);
        return prices;
    }

    // Names of models may hold colons, which are the borders of settings: a model is where its price stands.
    private void Collect(IConfigurationSection section, string model, Dictionary<string, TokenPrice> prices)
    {
        var children = section.GetChildren().ToArray();
        var values = children.Where(child => child.Value is not null).ToArray();
        foreach (var unknown in values.Where(child => !SettingNames.Price.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
        {
            faults.Add($"{place}{PricesName}:{model}:{unknown.Key}", "there is no such setting.", $"Known are {string.Join(", ", SettingNames.Price)}.");
        }

        if (values.Length > 0 && model.Length > 0)
        {
            var price = new SettingReader(section, $"{place}{PricesName}:{model}:", faults);
            var currency = price.Text("Currency") ?? "USD";
            if (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper))
            {
                faults.Add(price.KeyOf("Currency"), $"{SettingReader.Shown(currency)} is not a currency.", "Write three capital letters, such as USD or EUR.");
            }

            prices[model] = new TokenPrice(price.Price("Input") ?? 0, price.Price("Output") ?? 0, currency);
        }

        foreach (var child in children.Where(child => child.Value is null))
        {
            Collect(child, model.Length == 0 ? child.Key : $"{model}:{child.Key}", prices);
        }
    }
}
