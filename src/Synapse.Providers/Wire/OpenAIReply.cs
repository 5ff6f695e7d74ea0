using System.Text.Json;
using Synapse.Chat;

namespace Synapse.Providers.Wire;

/// <summary>A reply as OpenAI streams it, with what Azure, llama.cpp, vLLM, Ollama, LM Studio and mlx add or leave out.</summary>
internal sealed class OpenAIReply(FailureClassifier classifier) : StreamReply(classifier)
{
    protected override void AcceptJson(JsonElement root, string? name, ICollection<StreamPiece> pieces)
    {
        if (root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
        {
            Usage = new(Count(usage, "prompt_tokens"), Count(usage, "completion_tokens"));
        }

        if (!root.TryGetProperty("choices", out var choices) || choices.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var choice in choices.EnumerateArray())
        {
            if (choice.ValueKind == JsonValueKind.Object && Count(choice, "index") == 0)
            {
                AcceptChoice(choice, pieces);
            }
        }
    }

    private void AcceptChoice(JsonElement choice, ICollection<StreamPiece> pieces)
    {
        if (choice.TryGetProperty("delta", out var delta) && delta.ValueKind == JsonValueKind.Object)
        {
            // mlx-vlm sends the same thoughts under both names: they count once.
            if ((Text(delta, "reasoning_content") ?? Text(delta, "reasoning")) is { } thought)
            {
                pieces.Add(new(thought, IsReasoning: true));
            }

            if ((Text(delta, "content") ?? Text(delta, "refusal")) is { } text)
            {
                pieces.Add(new(text));
            }
        }

        if (Text(choice, "finish_reason") is { } reason)
        {
            Finished(reason switch
            {
                "length" or "max_tokens" => ChatFinish.Truncated,
                "content_filter" => ChatFinish.Filtered,
                _ => ChatFinish.Complete,
            });
        }

        if (choice.TryGetProperty("content_filter_results", out var filter) && filter.ValueKind == JsonValueKind.Object && IsFiltered(filter))
        {
            Filtered();
        }
    }

    private static bool IsFiltered(JsonElement filter)
    {
        foreach (var category in filter.EnumerateObject())
        {
            if (category.Value.ValueKind == JsonValueKind.Object
                && category.Value.TryGetProperty("filtered", out var filtered)
                && filtered.ValueKind == JsonValueKind.True)
            {
                return true;
            }
        }

        return false;
    }
}
