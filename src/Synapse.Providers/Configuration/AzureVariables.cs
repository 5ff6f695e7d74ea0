namespace Synapse.Providers.Configuration;

/// <summary>Reads the mode of <c>USE_AZURE_OPENAI=true</c>.</summary>
internal static class AzureVariables
{
    public const string Switch = "USE_AZURE_OPENAI";
    public const string EndpointName = "AZURE_OPENAI_ENDPOINT";
    private const string Key = "AZURE_OPENAI_API_KEY";
    private const string VersionName = "AZURE_OPENAI_API_VERSION";
    private const string UseEntra = "AZURE_OPENAI_USE_ENTRA";

    public static ProviderSettings? Read(SettingReader settings, FaultList faults)
    {
        var before = faults.Count;
        var version = AzureApiVersion.Read(settings, VersionName, faults);
        var address = settings.Text(EndpointName);
        AzureApiVersion.CheckAgainst(address, version, EndpointName, VersionName, faults);
        if (address is null)
        {
            faults.Add(EndpointName, $"it is not set, and {Switch} needs it.", "Set it to the endpoint of the resource: https://NAME.openai.azure.com.");
        }

        var read = address is null ? null : new EndpointReader(EndpointName, ProviderKind.AzureOpenAI, faults).Read(address, local: null);
        var (key, entra) = Credential(settings, read?.Endpoint, version, faults);
        var beforeDeployments = faults.Count;
        var chat = Deployment(settings, "AZURE_OPENAI_CHAT_DEPLOYMENT", "MODEL_CHAT", faults);
        var fast = Deployment(settings, "AZURE_OPENAI_FAST_DEPLOYMENT", "MODEL_FAST", faults);
        var embeddings = Deployments(settings, "AZURE_OPENAI_EMBEDDING_DEPLOYMENT", "MODEL_EMBEDDING", faults);
        var embedding = embeddings is [var first, ..] ? first : null;
        if (chat is null && faults.Count == beforeDeployments && (embedding is null || fast is not null))
        {
            faults.Add("AZURE_OPENAI_CHAT_DEPLOYMENT", "it is not set.", "Set it to the name of a deployment of a chat model, as the resource's page 'Deployments' lists it.");
        }

        var context = OpenAIVariables.ContextTokens(settings, faults);
        var dimensions = OpenAIVariables.Dimensions(settings, embedding, faults);
        var batch = OpenAIVariables.BatchSize(settings, embedding, faults);
        return faults.Count > before ? null : new ProviderSettings
        {
            Name = "azure",
            Kind = ProviderKind.AzureOpenAI,
            Endpoint = read!.Value.Endpoint,
            Reach = read.Value.Reach,
            ApiKey = key,
            ApiVersion = version,
            Entra = entra,
            ChatModel = chat,
            FastModel = fast,
            ContextTokens = context,
            EmbeddingModel = embedding,
            FurtherEmbeddingModels = [.. embeddings.Skip(1)],
            EmbeddingDimensions = dimensions,
            EmbeddingBatchSize = batch,
        };
    }

    /// <summary>Reads a deployment's name.</summary>
    /// <param name="settings">Where it stands.</param>
    /// <param name="name">The setting.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public static string? DeploymentName(SettingReader settings, string name, FaultList faults)
        => settings.Model(name) is { } deployment && Checked(settings, name, deployment, faults) ? deployment : null;

    private static string? Deployment(SettingReader settings, string name, string modelName, FaultList faults)
    {
        RefuseModel(settings, name, modelName, faults);
        return DeploymentName(settings, name, faults);
    }

    private static IReadOnlyList<string> Deployments(SettingReader settings, string name, string modelName, FaultList faults)
    {
        RefuseModel(settings, name, modelName, faults);
        var deployments = settings.Models(name);
        return deployments.All(deployment => Checked(settings, name, deployment, faults)) ? deployments : [];
    }

    private static void RefuseModel(SettingReader settings, string name, string modelName, FaultList faults)
    {
        if (settings.Has(modelName))
        {
            faults.Add(modelName, "Azure OpenAI is asked by deployments, not by models.", $"Remove it, and set {name} to the name that you gave the deployment.");
        }
    }

    private static bool Checked(SettingReader settings, string name, string deployment, FaultList faults)
    {
        if (deployment.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
        {
            return true;
        }

        faults.Add(settings.KeyOf(name), $"{SettingReader.Shown(deployment)} cannot be a deployment: their names have letters, digits, '-', '_' and '.' alone.", "Write the deployment's name, not a model's or a path.");
        return false;
    }

    private static (Secret? Key, EntraSettings? Entra) Credential(SettingReader settings, Uri? endpoint, string? version, FaultList faults)
    {
        var before = faults.Count;
        var useEntra = settings.Switch(UseEntra);
        var key = settings.Secret(Key, $"{Key}_FILE", KeyIssuer.Azure);
        if (useEntra == true)
        {
            if (key is not null)
            {
                faults.Add(Key, $"{UseEntra} is true, and there is a key too.", "Keep one: remove the key, or the switch.");
            }

            return (null, new EntraReader(settings, EntraNames.Variables, faults).Read(endpoint, version));
        }

        if (key is null && faults.Count == before)
        {
            faults.Add(Key, "there is no key, and Entra ID is not asked for.", $"Set it to one of the resource's two keys, or set {UseEntra}=true.");
        }

        return (key, null);
    }
}
