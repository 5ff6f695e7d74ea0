using System.Globalization;
using System.Text;

namespace Synapse.Fakes.Wire;

/// <summary>One reply, still in the terms of HTTP; <see cref="Render"/> turns it into the bytes of the wire.</summary>
internal sealed record HttpReply
{
    private static readonly byte[] LineEnd = "\r\n"u8.ToArray();
    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();

    public int Status { get; init; } = 200;

    /// <summary>In the order of the wire; names may repeat. Length and encoding headers come from <see cref="Framing"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>May be made while it is sent, and need not end.</summary>
    public IEnumerable<Segment> Body { get; init; } = [];

    public Framing Framing { get; init; } = Framing.Length;

    /// <summary>Bytes to announce instead of the true length; for bodies that are cut.</summary>
    public long? DeclaredLength { get; init; }

    /// <summary>Whether a chunked body ends in the middle of its last segment, without a last chunk.</summary>
    public bool CutChunks { get; init; }

    /// <summary>How long the server says nothing at all.</summary>
    public TimeSpan Before { get; init; }

    public Ending Ending { get; init; } = Ending.KeepAlive;

    /// <summary>Whether this reply is a stream of events, rather than one JSON text.</summary>
    public bool IsStream { get; init; }

    /// <summary>Changes the rendered head, for headers that drip or never end.</summary>
    public Func<IEnumerable<Segment>, IEnumerable<Segment>>? ShapeHead { get; init; }

    public HttpReply WithHeader(string name, string value)
        => this with { Headers = [.. Headers.Where(header => !header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)), new(name, value)] };

    /// <summary>The bytes of the wire in order.</summary>
    public IEnumerable<Segment> Render()
    {
        var body = Body;
        var length = DeclaredLength;
        if (Framing == Framing.Length && length is null)
        {
            var whole = Body.ToList();
            length = whole.Sum(segment => (long)segment.Bytes.Length);
            body = whole;
        }

        IEnumerable<Segment> head = [new(Encoding.Latin1.GetBytes(Head(length)))];
        head = ShapeHead?.Invoke(head) ?? head;
        return head.Concat(Framing switch
        {
            Framing.Chunked => Chunks(body),
            Framing.None => [],
            _ => body,
        });
    }

    private string Head(long? length)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {Reasons.Of(Status)}\r\n");
        foreach (var (name, value) in Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(Framing switch
        {
            Framing.Length => string.Create(CultureInfo.InvariantCulture, $"content-length: {length}\r\n"),
            Framing.Chunked => "transfer-encoding: chunked\r\n",
            _ => "",
        });
        if (Framing == Framing.Close)
        {
            head.Append("connection: close\r\n");
        }

        return head.Append("\r\n").ToString();
    }

    private IEnumerable<Segment> Chunks(IEnumerable<Segment> body)
    {
        Segment? held = null;
        foreach (var segment in body)
        {
            if (held is { } previous)
            {
                yield return previous;
            }

            held = segment.Bytes.IsEmpty ? segment : Chunk(segment);
            if (!CutChunks)
            {
                yield return held.Value;
                held = null;
            }
        }

        if (held is { } last)
        {
            yield return last with { Bytes = last.Bytes[..(last.Bytes.Length / 2)] };
        }
        else if (Ending == Ending.KeepAlive)
        {
            yield return new(LastChunk);
        }
    }

    private static Segment Chunk(Segment segment)
    {
        var size = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{segment.Bytes.Length:x}\r\n"));
        return segment with { Bytes = (byte[])[.. size, .. segment.Bytes.Span, .. LineEnd] };
    }
}
