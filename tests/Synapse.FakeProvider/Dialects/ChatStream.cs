using System.Text;
using System.Text.Json.Nodes;

namespace Synapse.Fakes.Dialects;

/// <summary>What stays the same through one answer, and what has been said so far.</summary>
internal sealed class ChatStream(Exchange exchange, ChatRequest request, string id, string model)
{
    private readonly StringBuilder _said = new();

    public Exchange Exchange => exchange;

    public ChatRequest Request => request;

    public string Id => id;

    public string Model { get; init; } = model;

    public long Created { get; } = exchange.Now.ToUnixTimeSeconds();

    public int PromptTokens => exchange.Dialect.CutsLongPrompts ? Math.Min(request.PromptTokens, request.Window ?? exchange.Options.ContextTokens) : request.PromptTokens;

    public int CompletionTokens => TokenCount.Of(_said.ToString());

    public void Say(string text) => _said.Append(text);

    /// <summary>The count of tokens in OpenAI's form.</summary>
    public JsonObject Usage() => new()
    {
        ["prompt_tokens"] = PromptTokens,
        ["completion_tokens"] = CompletionTokens,
        ["total_tokens"] = PromptTokens + CompletionTokens,
    };
}
