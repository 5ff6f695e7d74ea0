using System.Text.Json;
using System.Text.RegularExpressions;
using Synapse.Errors;

namespace Synapse.LocalModels.Downloading;

/// <summary>A file as the hub lists it.</summary>
/// <param name="Path">Its path in the repository.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Sha256">Its SHA-256, for large files; null for others.</param>
/// <param name="BlobId">The id that git gives it; null when the hub does not say. For a large file it is that of a pointer, and is left out.</param>
internal sealed record HubFile(string Path, long SizeBytes, string? Sha256, string? BlobId);

/// <summary>A commit of a model on the hub.</summary>
/// <param name="Commit">Its id, 40 hexadecimal digits.</param>
/// <param name="Licence">The licence that its page names; null when it names none.</param>
/// <param name="Files">Its files, by path.</param>
internal sealed partial record HubRevision(string Commit, string? Licence, IReadOnlyDictionary<string, HubFile> Files)
{
    /// <summary>Reads the hub's reply.</summary>
    /// <exception cref="ModelHubException">It is not what a hub says.</exception>
    public static HubRevision Parse(string model, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var commit = Text(root, "sha");
            if (commit is null || !Hexadecimal40().IsMatch(commit) || !root.TryGetProperty("siblings", out var siblings) || siblings.ValueKind != JsonValueKind.Array)
            {
                throw new ModelHubException(model, "The hub's reply names no commit or no files; check that the address is that of a hub.");
            }

            var files = siblings.EnumerateArray().Select(ReadFile).OfType<HubFile>().DistinctBy(static file => file.Path).ToDictionary(static file => file.Path, StringComparer.Ordinal);
            var licence = root.TryGetProperty("cardData", out var card) && card.ValueKind == JsonValueKind.Object ? Text(card, "license") : null;
            return new HubRevision(commit, licence, files);
        }
        catch (JsonException error)
        {
            throw new ModelHubException(model, "The hub's reply is not JSON; check that the address is that of a hub.", error);
        }
    }

    private static HubFile? ReadFile(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || Text(entry, "rfilename") is not { } path)
        {
            return null;
        }

        var lfs = entry.TryGetProperty("lfs", out var found) && found.ValueKind == JsonValueKind.Object ? found : (JsonElement?)null;
        var size = Size(entry) ?? (lfs is { } large ? Size(large) : null);
        var sha = lfs is { } named ? Text(named, "sha256") ?? Text(named, "oid") : null;
        var blob = lfs is null ? Text(entry, "blobId") : null;
        return size is { } bytes ? new HubFile(path, bytes, sha is not null && Hexadecimal64().IsMatch(sha) ? sha : null, blob is not null && Hexadecimal40().IsMatch(blob) ? blob : null) : null;
    }

    private static string? Text(JsonElement parent, string name)
        => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Size(JsonElement parent)
        => parent.TryGetProperty("size", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var size) && size >= 0 ? size : null;

    [GeneratedRegex(@"^[0-9a-f]{40}\z")]
    private static partial Regex Hexadecimal40();

    [GeneratedRegex(@"^[0-9a-f]{64}\z")]
    private static partial Regex Hexadecimal64();
}
