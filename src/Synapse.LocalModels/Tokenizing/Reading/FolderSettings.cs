using System.Text.Json;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>What <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> of a folder say; both may be missing.</summary>
internal sealed class FolderSettings : IDisposable
{
    // Above this, a length is a way to say "none": files have 10^30.
    private const double MaxSensibleLength = 1_000_000;

    private readonly JsonDocument? config;
    private readonly JsonDocument? map;

    public FolderSettings(string folder)
    {
        config = ReadOptional(folder, "tokenizer_config.json");
        map = ReadOptional(folder, "special_tokens_map.json");
    }

    public int? MaxLength => config?.RootElement.Find("model_max_length") is { ValueKind: JsonValueKind.Number } value ? Sensible(value.GetDouble()) : null;

    /// <summary>Whether texts that are too long lose their start; null when it does not say.</summary>
    public bool? CutsStart => config?.RootElement.TextOrNull("truncation_side") is { } side ? side == "left" : null;

    public static int? Sensible(double length) => length is >= 1 and <= MaxSensibleLength ? (int)length : null;

    public bool Flag(string name, bool otherwise) => config?.RootElement.Flag(name, otherwise) ?? otherwise;

    /// <summary>A special token such as <c>pad_token</c>: a text, or an object with its content.</summary>
    public string? Token(string name) => TokenOf(config, name) ?? TokenOf(map, name);

    public void Dispose()
    {
        config?.Dispose();
        map?.Dispose();
    }

    private static string? TokenOf(JsonDocument? json, string name) => json?.RootElement.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } token => token.TextOrNull("content"),
        { } token => ModelJson.AsText(token, name),
    };

    private static JsonDocument? ReadOptional(string folder, string name)
        => Path.Combine(folder, name) is var path && File.Exists(path) ? ModelFiles.ReadJson(path) : null;
}
