using System.Text.Json.Nodes;

namespace Synapse.Fakes.Dialects;

/// <summary>Token ids for the endpoints that count tokens: one per four characters.</summary>
internal static class Tokenizing
{
    /// <summary>The ids of the text under a member of the body, in llama.cpp's form.</summary>
    public static JsonObject TokensOf(Exchange exchange, string member) => new() { ["tokens"] = Ids(TextIn(exchange, member)) };

    public static string TextIn(Exchange exchange, string member)
        => exchange.Json is JsonObject body && body[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    public static JsonArray Ids(string text) => [.. text.Chunk(4).Select(piece => (JsonNode)(1000 + piece.Sum(unit => (int)unit)))];
}
