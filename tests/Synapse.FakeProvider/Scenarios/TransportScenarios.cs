using System.IO.Compression;
using System.Text;
using Synapse.Fakes.Dialects;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Scenarios;

/// <summary>What happens to connections and bytes, whatever is said over them.</summary>
internal static class TransportScenarios
{
    private const string Group = "Transport";
    private const int JsonPieces = 8;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Connects("refuse", "Connections are refused.", ConnectionFault.Refused),
        Connects("tls-bad-cert", "The certificate is for another name and of an unknown issuer.", ConnectionFault.BadCertificate),
        Connects("tls-expired", "The certificate has run out.", ConnectionFault.ExpiredCertificate),
        new("accept-no-reply", Group, "Takes the request and says nothing.")
        {
            BeforeKey = true,
            Answer = _ => new() { Status = 0, ShapeHead = _ => [], Framing = Framing.None, Ending = Ending.Hold },
        },
        Changes("headers-stall", "The headers stop in the middle.", [], (_, reply) => reply with
        {
            ShapeHead = head => head.Select(segment => segment with { Bytes = segment.Bytes[..(segment.Bytes.Length / 2)] }),
            Framing = Framing.None,
            Ending = Ending.Hold,
        }),
        Changes("headers-drip", "The headers come byte by byte.", new() { ["every-ms"] = "1000" }, (exchange, reply) => reply with
        {
            ShapeHead = head => Dripping(head, exchange.Call.Milliseconds("every-ms")),
        }),
        Changes("body-stall-after-n", "The body stops after n events, and the connection stays open.", new() { ["n"] = "3" }, (exchange, reply) => reply with
        {
            Body = Pieces(reply).Take(exchange.Call.Number("n")),
            DeclaredLength = Length(reply),
            Ending = Ending.Hold,
        }),
        Changes("drip-1B/s", "The body comes byte by byte.", new() { ["every-ms"] = "1000" }, (exchange, reply) => reply with
        {
            Body = Dripping(reply.Body, exchange.Call.Milliseconds("every-ms")),
        }),
        Changes("comments-forever", "After n events only comments come.", new() { ["n"] = "0", ["every-ms"] = "1000" }, (exchange, reply) => reply with
        {
            Body = reply.Body.Take(exchange.Call.Number("n")).Concat(Forever(IsLines(reply) ? "\n" : ": keepalive\n\n", exchange.Call.Milliseconds("every-ms"))),
        }) with { Kinds = [RequestKind.Chat] },
        Changes("cut-chunked", "A chunked body ends in the middle of a chunk, after n events.", new() { ["n"] = "3" }, (exchange, reply) => reply with
        {
            Body = Pieces(reply).Take(exchange.Call.Number("n")),
            Framing = Framing.Chunked,
            CutChunks = true,
            Ending = Ending.Close,
        }),
        Changes("cut-length", "The body ends before its announced length, after n events.", new() { ["n"] = "3" }, (exchange, reply) => reply with
        {
            Body = Pieces(reply).Take(exchange.Call.Number("n")),
            Framing = Framing.Length,
            DeclaredLength = reply.Body.Sum(segment => (long)segment.Bytes.Length),
            Ending = Ending.Close,
        }),
        Changes("cut-close-clean", "The body ends after n events, and looks complete: nothing told its length.", new() { ["n"] = "3" }, (exchange, reply) => reply with
        {
            Body = Pieces(reply).Take(exchange.Call.Number("n")),
            Framing = Framing.Close,
            Ending = Ending.Close,
        }),
        Changes("rst-after-n", "The connection is reset after n events.", new() { ["n"] = "3", ["after-ms"] = "20" }, (exchange, reply) => reply with
        {
            // A reset overtakes what the client has not read yet; the pause lets it read.
            Body = Pieces(reply).Take(exchange.Call.Number("n")).Append(new(default, exchange.Call.Milliseconds("after-ms"))),
            DeclaredLength = Length(reply),
            Ending = Ending.Reset,
        }),
        Changes("gzip-bomb", "A small compressed body that grows by a factor of a thousand, though nobody asked for compression.", new() { ["mib"] = "256" }, (exchange, reply) => reply.WithHeader("content-encoding", "gzip") with
        {
            Body = Bomb(exchange.Call.Number("mib")),
            Framing = Framing.Chunked,
        }),
        Changes("huge-line-64M", "One event, or one string, of so many bytes.", new() { ["bytes"] = "67108864" }, (exchange, reply) => reply with
        {
            Body = HugeLine(reply, exchange.Call.Number("bytes")),
            Framing = Framing.Chunked,
        }),
        new("endless-tokens", Group, "Text without end.")
        {
            Kinds = [RequestKind.Chat],
            Parameters = new Dictionary<string, string> { ["every-ms"] = "1" },
            ChangeEvents = (exchange, events) => Endless(events, exchange.Call.Milliseconds("every-ms")),
        },
        Changes("huge-headers", "A header of so many bytes.", new() { ["bytes"] = "1048576" }, (exchange, reply) => reply.WithHeader("x-huge", new string('h', exchange.Call.Number("bytes")))),
        Changes("dup-content-length", "Two lengths that disagree.", [], (_, reply) => reply with
        {
            Headers = [.. reply.Headers, new("content-length", "7")],
            Framing = Framing.Length,
        }),
    ];

    private static Scenario Connects(string id, string summary, ConnectionFault fault) => new(id, Group, summary)
    {
        Connection = fault,
        Kinds = Enum.GetValues<RequestKind>(),
    };

    private static Scenario Changes(string id, string summary, Dictionary<string, string> parameters, Func<Exchange, HttpReply, HttpReply> change)
        => new(id, Group, summary) { Parameters = parameters, ChangeReply = change };

    /// <summary>The events of a stream; a body in one piece is cut into equal ones.</summary>
    private static IEnumerable<Segment> Pieces(HttpReply reply)
    {
        if (reply.IsStream)
        {
            return reply.Body;
        }

        byte[] whole = [.. reply.Body.SelectMany(segment => segment.Bytes.ToArray())];
        return whole.Chunk(Math.Max(whole.Length / JsonPieces, 1)).Select(piece => new Segment(piece));
    }

    private static long? Length(HttpReply reply) => reply.Framing == Framing.Length ? reply.Body.Sum(segment => (long)segment.Bytes.Length) : null;

    private static IEnumerable<Segment> Dripping(IEnumerable<Segment> segments, TimeSpan every)
        => segments.SelectMany(segment => Enumerable.Range(0, segment.Bytes.Length).Select(i => new Segment(segment.Bytes.Slice(i, 1), every)));

    private static IEnumerable<Segment> Forever(string text, TimeSpan every)
    {
        while (true)
        {
            yield return Segment.Of(text, every);
        }
    }

    private static bool IsLines(HttpReply reply) => reply.Headers.Any(header => header.Value == "application/x-ndjson");

    private static IEnumerable<StreamEvent> Endless(IEnumerable<StreamEvent> events, TimeSpan every)
    {
        foreach (var item in events)
        {
            yield return item;
            while (item.Role == EventRole.Text)
            {
                yield return item with { Delay = every };
            }
        }
    }

    // A compressed file may have many members; a thousandth of the size is all that is ever in memory.
    private static IEnumerable<Segment> Bomb(int mebibytes)
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(Encoding.ASCII.GetBytes(": ".PadRight(1 << 20)));
        }

        var bytes = member.ToArray();
        return Enumerable.Range(0, mebibytes).Select(_ => new Segment(bytes));
    }

    private static IEnumerable<Segment> HugeLine(HttpReply reply, int bytes)
    {
        var (before, after) = reply switch
        {
            { IsStream: false } => ("{\"object\":\"list\",\"padding\":\"", "\",\"data\":[]}"),
            _ when IsLines(reply) => ("{\"message\":{\"role\":\"assistant\",\"content\":\"", "\"},\"done\":false}\n"),
            _ => ("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"", "\"},\"finish_reason\":null}]}\n\n"),
        };
        var piece = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));
        yield return Segment.Of(before);
        for (var left = bytes; left > 0; left -= piece.Length)
        {
            yield return new(piece.AsMemory(0, Math.Min(left, piece.Length)));
        }

        yield return Segment.Of(after);
    }
}
