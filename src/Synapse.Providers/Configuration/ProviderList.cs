using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Synapse.Providers.Configuration;

/// <summary>Reads the list <c>Synapse:Providers</c>. With a list, the flat variables of the modes are not read.</summary>
internal sealed class ProviderList(IConfiguration configuration, SettingReader variables, FaultList faults)
{
    public const string Section = "Synapse:Providers";

    // Variables that only Synapse has: set beside a list, they would be left out in silence.
    private static readonly string[] ReplacedVariables =
    [
        OpenAIVariables.Choice, OpenAIVariables.Chat, OpenAIVariables.Fast, OpenAIVariables.Embedding, "EMBEDDING_DIMENSIONS", "EMBEDDING_BATCH_SIZE",
        LocalVariables.ChatEndpoint, LocalVariables.EmbeddingEndpoint,
    ];

    private readonly IConfigurationSection _section = configuration.GetSection(Section);

    /// <summary>Whether there is a list.</summary>
    public bool IsSet => _section.GetChildren().Any() || _section.Value is { Length: > 0 };

    public IReadOnlyList<ProviderSettings> Read(bool? useAzure, bool? useLocal)
    {
        foreach (var name in ReplacedVariables.Where(variables.Has)
            .Concat(useAzure == true ? [AzureVariables.Switch] : []).Concat(useLocal == true ? [LocalVariables.Switch] : []))
        {
            faults.Add(name, $"it is not read where {Section} lists the providers.", "Remove one of the two.");
        }

        if (_section.Value is { Length: > 0 })
        {
            faults.Add(Section, "it is a single value.", $"Write a list: {Section}:0:Name, {Section}:0:Kind, ...");
        }

        var providers = new List<ProviderSettings>();
        foreach (var entry in _section.GetChildren())
        {
            if (!int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                faults.Add($"{Section}:{SettingReader.Shown(entry.Key).Trim('\'')}", "the place in the list is not a number.", $"Write {Section}:0:..., {Section}:1:..., in their order.");
                continue;
            }

            if (new ListedProvider(entry, $"{Section}:{entry.Key}:", faults).Read() is { } provider)
            {
                providers.Add(provider);
            }
        }

        return providers;
    }
}
