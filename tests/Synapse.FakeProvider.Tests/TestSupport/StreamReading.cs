using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Synapse.Fakes.Tests.TestSupport;

/// <summary>A stream read as the standard says, and what the events of a dialect mean together.</summary>
internal sealed class StreamReading
{
    private readonly StringBuilder _text = new();

    private StreamReading()
    {
    }

    public List<(string? Name, string Data)> Events { get; } = [];

    public string Text => _text.ToString();

    public List<string> Finishes { get; } = [];

    public string? Error { get; private set; }

    public bool Done { get; private set; }

    public JsonNode? Usage { get; private set; }

    public List<string> Broken { get; } = [];

    public static StreamReading Of(RawReply reply) => Of(reply.Text);

    public static StreamReading Of(string text)
    {
        var reading = new StreamReading();
        string? name = null;
        var data = new List<string>();
        foreach (var line in Lines(text.TrimStart('\uFEFF')))
        {
            if (line.Length == 0)
            {
                if (data.Count > 0)
                {
                    reading.Add(name, string.Join('\n', data));
                }

                name = null;
                data.Clear();
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (field, value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
            value = value.StartsWith(' ') ? value[1..] : value;
            if (field == "data")
            {
                data.Add(value);
            }
            else if (field == "event")
            {
                name = value;
            }
        }

        return reading;
    }

    // An end of a line is LF, CR or both; what follows the last one is no line yet.
    private static IEnumerable<string> Lines(string text)
        => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n').SkipLast(1);

    private void Add(string? name, string data)
    {
        Events.Add((name, data));
        if (data.Length == 0)
        {
            return;
        }

        if (data is "[DONE]")
        {
            Done = true;
            return;
        }

        JsonNode? json;
        try
        {
            json = JsonNode.Parse(data);
        }
        catch (JsonException)
        {
            Broken.Add(data);
            return;
        }

        if (name == "error" || json is JsonObject root && root.ContainsKey("error"))
        {
            Error = json!["error"]?["message"]?.ToString() ?? json["message"]?.ToString() ?? "";
            return;
        }

        Usage = json!["usage"] ?? Usage;
        Done |= name == "message_stop";
        var choice = json["choices"] is JsonArray { Count: > 0 } choices ? choices[0] : null;
        _text.Append(choice?["delta"]?["content"]?.ToString() ?? json["delta"]?["text"]?.ToString());
        if ((choice?["finish_reason"] ?? json["delta"]?["stop_reason"])?.ToString() is { } finish)
        {
            Finishes.Add(finish);
        }
    }
}
