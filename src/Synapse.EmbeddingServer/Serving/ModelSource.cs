using System.Text.Json;
using Synapse.LocalModels.Keeping;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>A model that is to be loaded.</summary>
/// <param name="Name">What clients call it.</param>
/// <param name="Folder">Absolute path of its folder.</param>
internal sealed record ModelSource(string Name, string Folder)
{
    private const string ConfigurationFile = "config.json";
    private const int UsualMaxTokens = 512;

    /// <summary>What the folder of models knows of it; null for a folder that was named by its path, or lies deeper.</summary>
    public InstalledModel? Installed { get; init; }

    /// <summary>Longest input as the folder states it.</summary>
    public int FindMaxTokens() => Count("sentence_bert_config.json", "max_seq_length") ?? Count(ConfigurationFile, "max_position_embeddings") ?? UsualMaxTokens;

    private int? Count(string file, string name)
        => Setting(file, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) && number > 0 ? number : null;

    private JsonElement? Setting(string file, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) ? value.Clone() : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
