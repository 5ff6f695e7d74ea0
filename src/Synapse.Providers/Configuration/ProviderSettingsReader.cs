using Microsoft.Extensions.Configuration;

namespace Synapse.Providers.Configuration;

/// <summary>Reads which providers the operator chose, from flat variables (<c>OPENAI_API_KEY</c>, ...) or from the list <c>Synapse:Providers</c>, and everything that is wrong with the choice.</summary>
public static class ProviderSettingsReader
{
    /// <summary>The variable that keeps the process from reaching anything but this machine and its private network.</summary>
    public const string OfflineVariable = "SYNAPSE_OFFLINE";

    /// <summary>Reads the configuration. Nothing is thrown for what is wrong in it; all faults are in the result.</summary>
    /// <param name="configuration">The settings of all places together.</param>
    public static ProviderConfiguration Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var faults = new FaultList();
        var settings = new SettingReader(configuration, "", faults);
        var isOffline = settings.Switch(OfflineVariable) ?? false;
        var useAzure = settings.Switch(AzureVariables.Switch);
        var useLocal = settings.Switch(LocalVariables.Switch);
        var listed = new ProviderList(configuration, settings, faults);

        var providers = listed.IsSet ? listed.Read(useAzure, useLocal) : [.. Variables(settings, useAzure, useLocal, faults).SelectMany(Spread)];
        ProviderChecks.Check(providers, isOffline, faults);
        return new ProviderConfiguration(providers, isOffline, faults.All);
    }

    private static IEnumerable<ProviderSettings> Spread(ProviderSettings provider)
        =>
        [
            provider with { FurtherEmbeddingModels = [] },
            .. provider.FurtherEmbeddingModels.Select((model, i) => provider with
            {
                Name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{provider.Name}-{i + 2}"),
                FurtherEmbeddingModels = [],
                ChatModel = null,
                FastModel = null,
                ContextTokens = null,
                EmbeddingModel = model,

                // Those of the first are no other's.
                EmbeddingDimensions = null,
            }),
        ];

    private static IReadOnlyList<ProviderSettings> Variables(SettingReader settings, bool? useAzure, bool? useLocal, FaultList faults)
    {
        if (useAzure == true && useLocal == true)
        {
            faults.Add(LocalVariables.Switch, $"{AzureVariables.Switch} is true too.", "Keep one of the two; several providers are listed in order under Synapse:Providers.");
        }

        if (useAzure == true || useLocal == true)
        {
            return [.. (useAzure == true ? [AzureVariables.Read(settings, faults)] : Array.Empty<ProviderSettings?>()).OfType<ProviderSettings>(),
                .. useLocal == true ? LocalVariables.Read(settings, faults) : []];
        }

        var before = faults.Count;
        if (OpenAIVariables.Chosen(settings, faults) is { } preset)
        {
            return OpenAIVariables.Read(preset, settings, faults) is { } provider ? [provider] : [];
        }

        if (faults.Count == before && settings.Text(OpenAIVariables.Choice) is null)
        {
            CheckUnused(settings, useAzure, useLocal, faults);
        }

        return [];
    }

    // A mode that is half set would else be left out in silence.
    private static void CheckUnused(SettingReader settings, bool? useAzure, bool? useLocal, FaultList faults)
    {
        foreach (var (name, mode, chosen) in new[]
        {
            (AzureVariables.EndpointName, AzureVariables.Switch, useAzure),
            (LocalVariables.ChatEndpoint, LocalVariables.Switch, useLocal),
            (LocalVariables.EmbeddingEndpoint, LocalVariables.Switch, useLocal),
        })
        {
            if (settings.Has(name) && chosen is null)
            {
                faults.Add(mode, $"it is not set, and {name} is.", $"Set {mode}=true to use it, or {mode}=false to leave it alone.");
            }
        }

        foreach (var name in new[] { OpenAIVariables.Chat, OpenAIVariables.Fast, OpenAIVariables.Embedding }.Where(settings.Has))
        {
            faults.Add(name, "a model is named, and no provider is set.", "Set the key of a provider, such as OPENAI_API_KEY, or remove it.");
        }
    }
}
