using System.IO.Compression;
using System.Text;
using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>What broken connections and hostile bytes look like; refusals and certificates are tested apart.</summary>
internal static class TransportExpectations
{
    private const int QuickSilenceMs = 150;
    private static readonly string[] Few = ["openai", "tei"];

    public static IReadOnlyDictionary<string, Expectation> All { get; } = new Dictionary<string, Expectation>
    {
        ["accept-no-reply"] = new(seen => Assert.Equal((0, RawEnd.Silence), (seen.Reply.Bytes.Length, seen.Reply.End))) { FirstByteMs = QuickSilenceMs, Only = Few },
        ["headers-stall"] = new(seen =>
        {
            Assert.Equal((200, RawEnd.Silence, false), (seen.Reply.Status, seen.Reply.End, seen.Reply.HasWholeHead));
        })
        { SilenceMs = QuickSilenceMs, Only = Few },
        ["headers-drip"] = new(seen =>
        {
            Assert.Equal(200, seen.Reply.Status);
            Assert.True(seen.Fake.Requests[^1].ReceivedAt + TimeSpan.FromMilliseconds(seen.Reply.Bytes.AsSpan().IndexOf("\r\n\r\n"u8)) < TimeProvider.System.GetUtcNow());
        }, "?every-ms=1")
        { Only = ["llamacpp"] },
        ["body-stall-after-n"] = new(seen =>
        {
            Assert.Equal((200, RawEnd.Silence, true), (seen.Reply.Status, seen.Reply.End, seen.Reply.HasWholeHead));
            Partial(seen, 2);
        }, "?n=2")
        { SilenceMs = 400, Only = Few },
        ["drip-1B/s"] = new(seen =>
        {
            Assert.Equal((200, RawEnd.Silence, true), (seen.Reply.Status, seen.Reply.End, seen.Reply.HasWholeHead));
            Assert.Empty(seen.Reply.Body);
        }, "?every-ms=5000")
        { SilenceMs = QuickSilenceMs, Only = Few },
        ["comments-forever"] = new(seen =>
        {
            Assert.Equal(RawEnd.Limit, seen.Reply.End);
            Assert.Contains(": keepalive\n\n", seen.Reply.Text, StringComparison.Ordinal);
            Assert.Empty(seen.Stream.Text);
        }, "?every-ms=0")
        { Limit = 20_000 },
        ["cut-chunked"] = new(seen =>
        {
            Assert.Equal((RawEnd.Eof, "chunked"), (seen.Reply.End, seen.Reply.Header("transfer-encoding")));
            Assert.False(seen.Reply.Bytes.AsSpan().EndsWith("\r\n"u8));
        }),
        ["cut-length"] = new(seen =>
        {
            Assert.Equal(RawEnd.Eof, seen.Reply.End);
            Assert.InRange(seen.Reply.Body.Length, 1, int.Parse(seen.Reply.Header("content-length")!, System.Globalization.CultureInfo.InvariantCulture) - 1);
            Partial(seen, 3);
        }),
        ["cut-close-clean"] = new(seen =>
        {
            Assert.Equal((RawEnd.Eof, "close", null, null), (seen.Reply.End, seen.Reply.Header("connection"), seen.Reply.Header("content-length"), seen.Reply.Header("transfer-encoding")));
            Partial(seen, 3);
        }),
        ["rst-after-n"] = new(seen =>
        {
            Assert.Equal(RawEnd.Reset, seen.Reply.End);
            Partial(seen, 2);
        }, "?n=2&after-ms=10"),
        ["gzip-bomb"] = new(seen =>
        {
            Assert.Equal("gzip", seen.Reply.Header("content-encoding"));
            using var gzip = new GZipStream(new MemoryStream(seen.Reply.Body), CompressionMode.Decompress);
            using var grown = new MemoryStream();
            gzip.CopyTo(grown);
            Assert.Equal(3 << 20, grown.Length);
            Assert.True(seen.Reply.Body.Length < grown.Length / 500, $"{seen.Reply.Body.Length} bytes are no bomb.");
        }, "?mib=3"),
        ["huge-line-64M"] = new(seen =>
        {
            Assert.InRange(seen.Reply.Body.Length, 300_000, 300_200);
            Assert.Equal(seen.IsChat ? 2 : 0, seen.Reply.Text.Count(unit => unit == '\n'));
        }, "?bytes=300000"),
        ["endless-tokens"] = new(seen =>
        {
            Assert.Equal(RawEnd.Limit, seen.Reply.End);
            Assert.Empty(seen.Stream.Finishes);
        }, "?every-ms=0")
        { Limit = 20_000 },
        ["huge-headers"] = new(seen => Assert.Equal(200_000, seen.Reply.Header("x-huge")!.Length), "?bytes=200000"),
        ["dup-content-length"] = new(seen =>
        {
            var lengths = seen.Reply.Headers.Where(header => header.Name == "content-length").Select(header => header.Value).ToList();
            Assert.Equal(2, lengths.Distinct().Count());
        }),
    };

    /// <summary>Some of the body came, and its end did not.</summary>
    private static void Partial(Seen seen, int events)
    {
        Assert.NotEmpty(seen.Reply.Body);
        if (seen.IsChat)
        {
            Assert.Equal(events, seen.Stream.Events.Count);
            Assert.Empty(seen.Stream.Finishes);
            return;
        }

        Assert.False(Encoding.UTF8.GetString(seen.Reply.Body).EndsWith('}'));
    }
}
