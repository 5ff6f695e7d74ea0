using System.Text.Json;
using Synapse.Chat;

namespace Synapse.Providers.Wire;

/// <summary>A reply as Anthropic's Messages API streams it: the finish stands in <c>message_delta</c>, the end is <c>message_stop</c>.</summary>
internal sealed class AnthropicReply(FailureClassifier classifier) : StreamReply(classifier)
{
    protected override void AcceptJson(JsonElement root, string? name, ICollection<StreamPiece> pieces)
    {
        switch (Text(root, "type"))
        {
            case "message_start" when root.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object:
                AcceptUsage(message);
                break;
            case "content_block_delta" when root.TryGetProperty("delta", out var delta) && delta.ValueKind == JsonValueKind.Object:
                AcceptDelta(delta, pieces);
                break;
            case "message_delta":
                AcceptUsage(root);
                AcceptStop(root);
                break;
            case "message_stop":
                IsOver = true;
                break;
        }
    }

    private static void AcceptDelta(JsonElement delta, ICollection<StreamPiece> pieces)
    {
        if (Text(delta, "text") is { } text)
        {
            pieces.Add(new(text));
        }
        else if (Text(delta, "thinking") is { } thought)
        {
            pieces.Add(new(thought, IsReasoning: true));
        }
    }

    private void AcceptStop(JsonElement root)
    {
        if (root.TryGetProperty("delta", out var delta) && delta.ValueKind == JsonValueKind.Object && Text(delta, "stop_reason") is { } reason)
        {
            Finished(reason switch
            {
                "max_tokens" or "model_context_window_exceeded" => ChatFinish.Truncated,
                "refusal" => ChatFinish.Filtered,
                _ => ChatFinish.Complete,
            });
        }
    }

    private void AcceptUsage(JsonElement owner)
    {
        if (owner.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            var input = Count(usage, "input_tokens") + Count(usage, "cache_creation_input_tokens") + Count(usage, "cache_read_input_tokens");
            Usage = new(Math.Max(input, Usage?.InputTokens ?? 0), Math.Max(Count(usage, "output_tokens"), Usage?.OutputTokens ?? 0));
        }
    }
}
