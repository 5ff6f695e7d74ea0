namespace Synapse.Providers.Configuration;

/// <summary>The kinds as they are written in the list of providers.</summary>
internal static class ProviderKinds
{
    private static readonly (string Name, ProviderKind Kind)[] Names =
    [
        ("OpenAI", ProviderKind.OpenAI), ("AzureOpenAI", ProviderKind.AzureOpenAI), ("Anthropic", ProviderKind.Anthropic), ("LlamaCpp", ProviderKind.LlamaCpp),
        ("Vllm", ProviderKind.Vllm), ("Ollama", ProviderKind.Ollama), ("LmStudio", ProviderKind.LmStudio), ("TextEmbeddingsInference", ProviderKind.TextEmbeddingsInference),
        ("OpenAICompatible", ProviderKind.OpenAICompatible), ("Local", ProviderKind.LocalUnknown),
    ];

    private static readonly Dictionary<string, ProviderKind> Others = new(StringComparer.OrdinalIgnoreCase) { ["Azure"] = ProviderKind.AzureOpenAI, ["Tei"] = ProviderKind.TextEmbeddingsInference };

    /// <summary>Every name that may be written.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Names.Select(name => name.Name), .. ProviderPreset.All.Where(preset => preset.Kind == ProviderKind.OpenAICompatible).Select(preset => preset.Title)];

    /// <summary>The kind and the service of known address that a name stands for; null when it stands for none. Case, blanks, dots, hyphens and underscores do not count.</summary>
    public static (ProviderKind Kind, ProviderPreset? Preset)? Find(string text)
    {
        var plain = string.Concat(text.Where(char.IsAsciiLetterOrDigit));
        if (ProviderPreset.All.FirstOrDefault(preset => preset.Name.Equals(plain, StringComparison.OrdinalIgnoreCase)) is { } preset)
        {
            return (preset.Kind, preset);
        }

        if (Others.TryGetValue(plain, out var other))
        {
            return (other, null);
        }

        return Names.FirstOrDefault(name => name.Name.Equals(plain, StringComparison.OrdinalIgnoreCase)) is { Name: not null } found ? (found.Kind, null) : null;
    }
}
