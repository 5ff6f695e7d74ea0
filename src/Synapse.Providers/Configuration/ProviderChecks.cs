namespace Synapse.Providers.Configuration;

/// <summary>Checks providers against each other and against offline mode.</summary>
internal static class ProviderChecks
{
    private static readonly string[] CloudTags = [":cloud", "-cloud"];

    public static void Check(IReadOnlyList<ProviderSettings> providers, bool isOffline, FaultList faults)
    {
        foreach (var provider in providers)
        {
            CheckReach(provider, isOffline, faults);
        }

        foreach (var name in providers.GroupBy(provider => provider.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1).Select(group => group.Key))
        {
            faults.Add("Synapse:Providers", $"several providers are called '{name}'.", "Give each a name of its own.");
        }
    }

    private static void CheckReach(ProviderSettings provider, bool isOffline, FaultList faults)
    {
        if (isOffline && !provider.IsLocal)
        {
            faults.Add(ProviderSettingsReader.OfflineVariable, $"it is true, and the provider '{provider.Name}' is not local ({provider.Endpoint.Host}).", "Remove that provider, or offline mode.");
            return;
        }

        var models = new[] { provider.ChatModel, provider.FastModel, provider.EmbeddingModel, provider.RerankModel }.OfType<string>();
        if (provider is { IsLocal: true, Kind: ProviderKind.Ollama or ProviderKind.LocalUnknown or ProviderKind.OpenAICompatible }
            && models.FirstOrDefault(model => CloudTags.Any(tag => model.EndsWith(tag, StringComparison.OrdinalIgnoreCase))) is { } cloudModel)
        {
            faults.Add(isOffline ? ProviderSettingsReader.OfflineVariable : "Synapse:Providers",
                $"the model '{cloudModel}' of '{provider.Name}' does not run on the local server: Ollama passes what it gets on to ollama.com.",
                isOffline ? "Choose a model that runs on the server." : "Choose a model that runs on the server, or list the provider under Synapse:Providers with Local set to false.");
        }
    }
}
