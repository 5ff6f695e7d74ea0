using System.Text.Json;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Reads a pattern of a <c>tokenizer.json</c>.</summary>
internal static class PatternReader
{
    public static TextPattern Read(JsonElement json)
    {
        if (json.TextOrNull("String") is { } literal)
        {
            return TextPattern.Literal(literal);
        }

        return json.TextOrNull("Regex") is { } expression
            ? TextPattern.Expression(expression)
            : throw new InvalidDataException("a pattern is neither a text nor a regular expression");
    }
}
