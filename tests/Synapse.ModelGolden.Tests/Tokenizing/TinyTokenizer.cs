using System.Text.Json.Nodes;

namespace Synapse.ModelGolden.Tests.Tokenizing;

/// <summary>A tokenizer to compare.</summary>
/// <param name="Name">What it is, for messages.</param>
/// <param name="Reference">Its <c>tokenizer.json</c>, as Hugging Face's library reads it.</param>
internal sealed record TinyTokenizer(string Name, JsonObject Reference)
{
    /// <summary>The files of its folder; unless said otherwise the reference alone.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string> { ["tokenizer.json"] = Reference.ToJsonString() };

    /// <summary>Whether texts that are too long lose their start.</summary>
    public bool CutsStart { get; init; }

    public override string ToString() => Name;

    /// <summary>Puts the parts of a <c>tokenizer.json</c> together.</summary>
    public static JsonObject Json(JsonNode model, JsonNode? normalizer, JsonNode? splitter, JsonNode? template, params JsonObject[] added) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. added]),
        ["normalizer"] = normalizer,
        ["pre_tokenizer"] = splitter,
        ["post_processor"] = template,
        ["decoder"] = null,
        ["model"] = model,
    };

    /// <summary>An added token.</summary>
    public static JsonObject Added(int id, string content, bool special = true, bool normalized = false, bool lstrip = false, bool rstrip = false, bool singleWord = false) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = singleWord,
        ["lstrip"] = lstrip,
        ["rstrip"] = rstrip,
        ["normalized"] = normalized,
        ["special"] = special,
    };

    public static JsonObject Step(string type, params (string Name, JsonNode? Value)[] settings)
    {
        var step = new JsonObject { ["type"] = type };
        foreach (var (name, value) in settings)
        {
            step[name] = value;
        }

        return step;
    }

    public static JsonObject Sequence(string name, params JsonObject[] steps) => Step("Sequence", (name, new JsonArray([.. steps])));
}
