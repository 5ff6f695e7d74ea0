using System.Text.Json;
using Synapse.Chat;

namespace Synapse.Providers.Wire;

/// <summary>A reply as Ollama's own API streams it: JSON lines, the last of which says <c>done</c>.</summary>
internal sealed class OllamaReply(FailureClassifier classifier) : StreamReply(classifier)
{
    protected override void AcceptJson(JsonElement root, string? name, ICollection<StreamPiece> pieces)
    {
        if (root.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object)
        {
            if (Text(message, "thinking") is { } thought)
            {
                pieces.Add(new(thought, IsReasoning: true));
            }

            if (Text(message, "content") is { } text)
            {
                pieces.Add(new(text));
            }
        }

        if (root.TryGetProperty("done", out var done) && done.ValueKind == JsonValueKind.True)
        {
            Usage = new(Count(root, "prompt_eval_count"), Count(root, "eval_count"));
            // "load" and "unload" end a request that made no text, because the model went away.
            if (Text(root, "done_reason") is { } reason && reason is not ("load" or "unload"))
            {
                Finished(reason == "length" ? ChatFinish.Truncated : ChatFinish.Complete);
            }

            IsOver = true;
        }
    }
}
