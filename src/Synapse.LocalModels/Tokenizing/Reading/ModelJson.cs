using System.Text.Json;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Reads values of a model's JSON; what is missing or of the wrong type is an <see cref="InvalidDataException"/> that names it.</summary>
internal static class ModelJson
{
    private const int MaxTextLength = 4_096;

    public static JsonElement? Find(this JsonElement parent, string name)
        => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static JsonElement Require(this JsonElement parent, string name)
        => parent.Find(name) ?? throw new InvalidDataException($"'{name}' is missing");

    public static string Text(this JsonElement parent, string name, string? otherwise = null)
        => parent.Find(name) is { } value ? AsText(value, name) : otherwise ?? throw new InvalidDataException($"'{name}' is missing");

    public static string? TextOrNull(this JsonElement parent, string name) => parent.Find(name) is { } value ? AsText(value, name) : null;

    public static bool Flag(this JsonElement parent, string name, bool? otherwise = null) => parent.Find(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        null => otherwise ?? throw new InvalidDataException($"'{name}' is missing"),
        _ => throw new InvalidDataException($"'{name}' is neither true nor false"),
    };

    /// <summary>An id: not negative, and below 16 million.</summary>
    public static int AsId(JsonElement value, string name)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id is >= 0 and < 1 << 24
            ? id
            : throw new InvalidDataException($"'{name}' is not an id between 0 and {(1 << 24) - 1}");

    public static string AsText(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new InvalidDataException($"'{name}' is not a text");
        }

        try
        {
            return value.GetString() is { Length: <= MaxTextLength } text
                ? text
                : throw new InvalidDataException($"'{name}' has more than {MaxTextLength} characters");
        }
        catch (InvalidOperationException invalid)
        {
            throw new InvalidDataException($"'{name}' is not well-formed Unicode", invalid);
        }
    }

    public static IEnumerable<JsonElement> Items(this JsonElement parent, string name)
        => parent.Require(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : throw new InvalidDataException($"'{name}' is not a list");

    public static JsonElement.ObjectEnumerator Entries(this JsonElement parent, string name)
        => parent.Require(name) is { ValueKind: JsonValueKind.Object } entries ? entries.EnumerateObject() : throw new InvalidDataException($"'{name}' is not an object");
}
