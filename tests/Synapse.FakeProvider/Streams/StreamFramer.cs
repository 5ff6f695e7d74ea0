using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Streams;

/// <summary>Frames events as server-sent events or as JSON lines.</summary>
internal static class StreamFramer
{
    public static IEnumerable<Segment> Frame(IEnumerable<StreamEvent> events, StreamStyle style)
        => style.SingleBytes ? Framed(events, style).SelectMany(SingleBytes) : Framed(events, style);

    private static IEnumerable<Segment> Framed(IEnumerable<StreamEvent> events, StreamStyle style)
    {
        if (style.ByteOrderMark)
        {
            yield return new(Encoding.UTF8.GetPreamble());
        }

        var lines = new LineWriter(style);
        var count = 0;
        foreach (var item in events)
        {
            if (style.JsonLines)
            {
                yield return new((byte[])[.. item.Data, (byte)'\n'], item.Delay);
                continue;
            }

            if (style.Comments)
            {
                lines.Text($": keepalive {++count}/800");
                lines.Text("");
                lines.Text($"id: {count}");
                lines.Text("retry: 3000");
                lines.Text("event: message", unless: item.Name is not null);
            }

            lines.Text($"event: {item.Name}", unless: item.Name is null);
            foreach (var data in style.ManyDataLines ? SpreadLines(item.Data) : [item.Data])
            {
                lines.Data(data);
            }

            lines.Text("");
            yield return new(lines.Take(), item.Delay);
        }
    }

    private static IEnumerable<Segment> SingleBytes(Segment segment)
        => segment.Bytes.IsEmpty
            ? [segment]
            : Enumerable.Range(0, segment.Bytes.Length).Select(i => new Segment(segment.Bytes.Slice(i, 1), i == 0 ? segment.Delay : default));

    private static IEnumerable<byte[]> SpreadLines(byte[] data)
    {
        try
        {
            return JsonText.IndentedOf(JsonNode.Parse(data)!).Split('\n').Select(Encoding.UTF8.GetBytes);
        }
        catch (JsonException)
        {
            return [data];
        }
    }

    private sealed class LineWriter(StreamStyle style)
    {
        private readonly List<byte> _bytes = [];
        private int _line;

        public void Text(string line, bool unless = false)
        {
            if (!unless)
            {
                _bytes.AddRange(Encoding.UTF8.GetBytes(line));
                End();
            }
        }

        public void Data(byte[] data)
        {
            _bytes.AddRange(Encoding.UTF8.GetBytes("data:" + style.AfterColon));
            _bytes.AddRange(data);
            End();
        }

        public byte[] Take()
        {
            var taken = _bytes.ToArray();
            _bytes.Clear();
            return taken;
        }

        private void End() => _bytes.AddRange(Encoding.UTF8.GetBytes(style.LineEnds[_line++ % style.LineEnds.Count]));
    }
}
