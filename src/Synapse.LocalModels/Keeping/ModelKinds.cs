using System.Text.Json;
using Synapse.LocalModels.Catalogue;

namespace Synapse.LocalModels.Keeping;

/// <summary>Tells what a model does from its own configuration.</summary>
public static class ModelKinds
{
    /// <summary>A classifier of sequences scores pairs; everything else embeds.</summary>
    /// <param name="folder">The model's folder. When its <c>config.json</c> cannot be read, whoever loads the model says so.</param>
    public static ModelKind Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return document.RootElement.TryGetProperty("architectures", out var names) && names.ValueKind == JsonValueKind.Array
                && names.EnumerateArray().Any(static name => name.ValueKind == JsonValueKind.String && name.GetString()!.EndsWith("ForSequenceClassification", StringComparison.Ordinal))
                    ? ModelKind.Reranker
                    : ModelKind.Embedding;
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return ModelKind.Embedding;
        }
    }
}
