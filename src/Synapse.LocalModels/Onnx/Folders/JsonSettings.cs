using System.Text.Json;
using Synapse.Errors;

namespace Synapse.LocalModels.Onnx.Folders;

/// <summary>The settings in a JSON file of a model. A setting of the wrong type names the file and the setting.</summary>
internal sealed class JsonSettings(string file, JsonElement root)
{
    /// <summary>The file within the model's folder.</summary>
    public string File => file;

    public bool? Flag(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(name, "true or false");

    /// <summary>A whole number from 1 on.</summary>
    public int? Count(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0 ? number
        : throw Wrong(name, "a whole number from 1 on");

    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.String ? value.GetString()
        : throw Wrong(name, "a text");

    public JsonSettings? Object(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.Object ? new JsonSettings(file, value)
        : throw Wrong(name, "an object");

    /// <summary>The names of all settings that are there.</summary>
    public IEnumerable<string> Names => root.EnumerateObject().Select(static property => property.Name);

    public ModelFormatException Wrong(string name, string expected) => new(file, $"'{name}' should be {expected}");

    private JsonElement? Find(string name) => root.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;
}
