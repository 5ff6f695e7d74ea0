using System.Text.Json;
using Synapse.Errors;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>What <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> of a folder say; both may be missing.</summary>
internal sealed class FolderSettings : IDisposable
{
    // Above this, a length is a way to say "none": files have 10^30.
    private const double MaxSensibleLength = 1_000_000;
    private const string ConfigFile = "tokenizer_config.json";
    private const string MapFile = "special_tokens_map.json";

    private readonly string folder;
    private readonly JsonDocument? config;
    private readonly JsonDocument? map;

    public FolderSettings(string folder)
    {
        this.folder = folder;
        config = ReadOptional(ConfigFile);
        map = ReadOptional(MapFile);
    }

    public int? MaxLength => config?.RootElement.Find("model_max_length") is { ValueKind: JsonValueKind.Number } value ? Sensible(value.GetDouble()) : null;

    /// <summary>Whether texts that are too long lose their start; null when it does not say.</summary>
    public bool? CutsStart => Read(config, ConfigFile, static root => root.TextOrNull("truncation_side")) is { } side ? side == "left" : null;

    public static int? Sensible(double length) => length is >= 1 and <= MaxSensibleLength ? (int)length : null;

    public bool Flag(string name, bool otherwise) => Read(config, ConfigFile, root => root.Flag(name, otherwise) ? "true" : "false") is { } flag ? flag == "true" : otherwise;

    /// <summary>A special token such as <c>pad_token</c>: a text, or an object with its content.</summary>
    public string? Token(string name) => Read(config, ConfigFile, root => TokenOf(root, name)) ?? Read(map, MapFile, root => TokenOf(root, name));

    public void Dispose()
    {
        config?.Dispose();
        map?.Dispose();
    }

    private static string? TokenOf(JsonElement root, string name) => root.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } token => token.TextOrNull("content"),
        { } token => ModelJson.AsText(token, name),
    };

    private string? Read(JsonDocument? json, string file, Func<JsonElement, string?> value)
    {
        try
        {
            return json is null ? null : value(json.RootElement);
        }
        catch (InvalidDataException wrong)
        {
            throw new ModelFormatException(Path.Combine(folder, file), wrong.Message, wrong);
        }
    }

    private JsonDocument? ReadOptional(string name) => Path.Combine(folder, name) is var path && File.Exists(path) ? ModelFiles.ReadJson(path) : null;
}
