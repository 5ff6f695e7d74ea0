using System.Text.Json.Nodes;
using Synapse.Fakes.Streams;

namespace Synapse.Fakes.Dialects;

/// <summary>The events of an answer in Anthropic's Messages API: blocks that open, grow and close.</summary>
internal sealed class AnthropicEvents
{
    private readonly ChatStream _stream;
    private string? _open;
    private int _block = -1;

    private AnthropicEvents(ChatStream stream) => _stream = stream;

    public static IEnumerable<StreamEvent> Of(ChatStream stream, IReadOnlyList<ChatStep> script)
    {
        var events = new AnthropicEvents(stream);
        var toolsDone = false;
        foreach (var step in script)
        {
            // Blocks never interleave here: every call comes whole, at the place of the first piece.
            IEnumerable<StreamEvent> made = step switch
            {
                ChatStep.Tool when toolsDone => [],
                ChatStep.Tool => WholeAnswer.Of(script).Tools.SelectMany(events.Tool),
                _ => events.Step(step),
            };
            toolsDone |= step is ChatStep.Tool;
            var first = true;
            foreach (var item in made)
            {
                yield return first ? item with { Delay = step.Delay } : item;
                first = false;
            }
        }
    }

    public static JsonObject Message(ChatStream stream, JsonArray content, string? stopReason, int outputTokens) => new()
    {
        ["id"] = stream.Id,
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = stream.Model,
        ["content"] = content,
        ["stop_reason"] = stopReason,
        ["stop_sequence"] = null,
        ["usage"] = new JsonObject { ["input_tokens"] = stream.PromptTokens, ["output_tokens"] = outputTokens },
    };

    public static string? StopReason(string? finish) => finish switch
    {
        "stop" => "end_turn",
        "length" => "max_tokens",
        "tool_calls" => "tool_use",
        "content_filter" => "refusal",
        _ => finish,
    };

    private IEnumerable<StreamEvent> Step(ChatStep step) => step switch
    {
        ChatStep.Start =>
        [
            Named(EventRole.Start, "message_start", new() { ["message"] = Message(_stream, [], null, 1) }),
            Named(EventRole.Other, "ping", []),
        ],
        ChatStep.Text text => [.. Open("text", new() { ["type"] = "text", ["text"] = "" }), Delta(EventRole.Text, "text_delta", "text", text.Value)],
        ChatStep.Reasoning reasoning => [.. Open("thinking", new() { ["type"] = "thinking", ["thinking"] = "" }), Delta(EventRole.Other, "thinking_delta", "thinking", reasoning.Value)],
        ChatStep.Finish finish =>
        [
            .. Close(),
            Named(EventRole.Finish, "message_delta", new()
            {
                ["delta"] = new JsonObject { ["stop_reason"] = StopReason(finish.Reason), ["stop_sequence"] = null },
                ["usage"] = new JsonObject { ["output_tokens"] = _stream.CompletionTokens },
            }),
        ],
        ChatStep.Failure failure =>
            [Named(EventRole.Error, "error", new() { ["error"] = new JsonObject { ["type"] = "overloaded_error", ["message"] = failure.Message } })],
        ChatStep.Done => [.. Close(), Named(EventRole.Done, "message_stop", [])],
        _ => [],
    };

    private IEnumerable<StreamEvent> Tool(ChatStep.Tool tool) =>
    [
        .. Open($"tool {tool.Index}", new() { ["type"] = "tool_use", ["id"] = tool.Id, ["name"] = tool.Name, ["input"] = new JsonObject() }),
        Delta(EventRole.Other, "input_json_delta", "partial_json", tool.Arguments),
    ];

    private List<StreamEvent> Open(string kind, JsonObject block)
    {
        if (_open == kind)
        {
            return [];
        }

        var events = Close();
        _open = kind;
        events.Add(Named(EventRole.Other, "content_block_start", new() { ["index"] = ++_block, ["content_block"] = block }));
        return events;
    }

    private List<StreamEvent> Close()
    {
        if (_open is null)
        {
            return [];
        }

        _open = null;
        return [Named(EventRole.Other, "content_block_stop", new() { ["index"] = _block })];
    }

    private StreamEvent Delta(EventRole role, string type, string member, string value)
    {
        if (role == EventRole.Text)
        {
            _stream.Say(value);
        }

        return Named(role, "content_block_delta", new() { ["index"] = _block, ["delta"] = new JsonObject { ["type"] = type, [member] = value } });
    }

    private static StreamEvent Named(EventRole role, string name, JsonObject members)
    {
        var data = new JsonObject { ["type"] = name };
        foreach (var (key, value) in members.ToList())
        {
            members.Remove(key);
            data[key] = value;
        }

        return StreamEvent.Of(role, data, name);
    }
}
