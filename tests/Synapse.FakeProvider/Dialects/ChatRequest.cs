using System.Text.Json.Nodes;

namespace Synapse.Fakes.Dialects;

/// <summary>What the dialects need to know of a request for an answer.</summary>
internal sealed record ChatRequest(string Model, IReadOnlyList<ChatMessage> Messages, JsonObject Raw)
{
    public bool Stream { get; init; }

    /// <summary>Whether the usage is asked for at the end of a stream.</summary>
    public bool IncludeUsage => Raw["stream_options"]?["include_usage"]?.GetValue<bool>() ?? false;

    /// <summary>Whether usage is asked for on every chunk (vLLM).</summary>
    public bool ContinuousUsage => Raw["stream_options"]?["continuous_usage_stats"]?.GetValue<bool>() ?? false;

    public bool IncludeObfuscation => Raw["stream_options"]?["include_obfuscation"]?.GetValue<bool>() ?? true;

    public int? MaxTokens { get; init; }

    public int PromptTokens => TokensOf(Messages);

    /// <summary>The window that the request asks for; null for the server's own.</summary>
    public int? Window { get; init; }

    /// <summary>A number of the body; null when it is missing.</summary>
    public int? NumberIn(string member) => Number(Raw[member]);

    /// <summary>A number of Ollama's options; null when it is missing.</summary>
    public int? OptionNumber(string member) => Raw["options"] is JsonObject options ? Number(options[member]) : null;

    /// <summary>What is left when a server cuts in silence: the oldest messages go first, then the middle of what remains.</summary>
    public ChatRequest CutTo(int tokens)
    {
        var kept = Messages.ToList();
        while (kept.Count(message => message.Role != "system") > 1 && TokensOf(kept) > tokens)
        {
            kept.RemoveAt(kept.FindIndex(message => message.Role != "system"));
        }

        if (TokensOf(kept) > tokens && kept.Count > 0)
        {
            var last = kept[^1];
            var room = Math.Max(TokenCount.Of(last.Text) - (TokensOf(kept) - tokens), 0) * 4;
            kept[^1] = last with { Text = last.Text[..Math.Min(room / 2, last.Text.Length)] + last.Text[^Math.Min(room / 2, last.Text.Length)..] };
        }

        return this with { Messages = kept };
    }

    private static int TokensOf(IEnumerable<ChatMessage> messages) => messages.Sum(message => TokenCount.Of(message.Text) + 4);

    /// <summary>Reads the form that OpenAI, Ollama and Anthropic share.</summary>
    /// <returns>Null when the body is not such a request.</returns>
    public static ChatRequest? Read(JsonNode? body, bool streamByDefault = false)
    {
        if (body is not JsonObject raw || raw["messages"] is not JsonArray list)
        {
            return null;
        }

        var messages = list.OfType<JsonObject>().Select(message => new ChatMessage(Text(message["role"]) ?? "user", ContentOf(message["content"]))).ToList();
        if (raw["system"] is { } system)
        {
            messages.Insert(0, new("system", ContentOf(system)));
        }

        return new(Text(raw["model"]) ?? "", messages, raw)
        {
            Stream = raw["stream"] is JsonValue stream && stream.TryGetValue<bool>(out var wanted) ? wanted : streamByDefault,
            MaxTokens = Number(raw["max_completion_tokens"]) ?? Number(raw["max_tokens"]),
        };
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static int? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    private static string ContentOf(JsonNode? content) => content switch
    {
        JsonArray parts => string.Concat(parts.OfType<JsonObject>().Select(part => Text(part["text"]))),
        _ => Text(content) ?? "",
    };
}

/// <summary>One message of a conversation.</summary>
internal sealed record ChatMessage(string Role, string Text);
