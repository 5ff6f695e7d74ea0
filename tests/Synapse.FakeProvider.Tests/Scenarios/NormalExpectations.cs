using System.Text;
using System.Text.Json.Nodes;
using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>What healthy servers look like.</summary>
internal static class NormalExpectations
{
    public static IReadOnlyDictionary<string, Expectation> All { get; } = new Dictionary<string, Expectation>
    {
        ["ok-stream"] = new(Healthy),
        ["ok-json"] = new(Healthy),
        ["ok-usage"] = new(seen =>
        {
            Complete(seen);
            Assert.NotNull(seen.Stream.Usage);
        }),
        ["ok-reasoning"] = new(Reasoning),
        ["ok-tools-interleaved"] = new(Tools),
        ["ok-empty"] = new(seen =>
        {
            Assert.Empty(seen.Stream.Text);
            Assert.Single(seen.Stream.Finishes);
            Assert.True(seen.Stream.Done);
        }),
        ["ok-length"] = new(seen => Assert.Equal(seen.Dialect == "anthropic" ? "max_tokens" : "length", Assert.Single(seen.Stream.Finishes))),
        ["ok-1-byte-chunks"] = new(seen =>
        {
            Assert.Contains("Größe, 猫 und 🐈", seen.Stream.Text, StringComparison.Ordinal);
            Assert.Equal(seen.Reply.Body.Length, Encoding.Latin1.GetString(seen.Reply.Bytes).Split("\r\n1\r\n").Length - 1);
        }),
        ["ok-crlf"] = Lines("\r\n\r\n"),
        ["ok-cr"] = Lines("\r\r"),
        ["ok-mixed-line-ends"] = new(Complete),
        ["ok-bom"] = new(seen =>
        {
            Assert.Equal(Encoding.UTF8.GetPreamble(), seen.Reply.Body[..3]);
            Complete(seen);
        }),
        ["ok-comments"] = new(seen =>
        {
            Assert.StartsWith(": keepalive 1/800\n\nid: 1\nretry: 3000\n", seen.Reply.Text, StringComparison.Ordinal);
            Complete(seen);
        }),
        ["ok-multi-data"] = new(seen =>
        {
            Assert.Contains("data: {\ndata:   \"", seen.Reply.Text, StringComparison.Ordinal);
            Complete(seen);
        }),
        ["ok-no-space"] = new(seen =>
        {
            Assert.Contains("data:{", seen.Reply.Text, StringComparison.Ordinal);
            Complete(seen);
        }),
        ["ok-empty-data"] = new(seen =>
        {
            Assert.StartsWith("data: \n\n", seen.Reply.Text, StringComparison.Ordinal);
            Complete(seen);
        }),
        ["ok-finish-with-text"] = new(seen => Assert.Contains(seen.Stream.Events, item => item.Data.Contains("""{"content":" [2]."},"logprobs":null,"finish_reason":"stop""", StringComparison.Ordinal))),
        ["ok-null-content"] = new(seen => Assert.Contains("""{"role":"assistant","content":null}""", seen.Stream.Events[0].Data, StringComparison.Ordinal)),
        ["azure-prompt-filter"] = new(
            seen =>
            {
                Assert.Contains("\"prompt_annotations\":[{", seen.Stream.Events[0].Data, StringComparison.Ordinal);
                Complete(seen);
            },
            "?name=prompt_annotations"),
        ["azure-async-annotations"] = new(seen =>
        {
            Assert.True(Annotations(seen) >= 2);
            Complete(seen);
        }),
        ["azure-late-block"] = new(seen =>
        {
            var events = seen.Stream.Events.Select(item => item.Data).ToList();
            Assert.Equal(1, Annotations(seen));
            Assert.True(events.FindIndex(data => data.Contains("\"filtered\":true", StringComparison.Ordinal)) > events.FindIndex(data => data.Contains("\"stop\"", StringComparison.Ordinal)));
            Complete(seen);
        }),
        ["azure-block"] = new(seen =>
        {
            Assert.Equal("content_filter", Assert.Single(seen.Stream.Finishes));
            Assert.Contains("\"filtered\":true,\"severity\":\"medium\"", seen.Reply.Text, StringComparison.Ordinal);
            Assert.Null(seen.Stream.Usage);
            Assert.True(seen.Stream.Done);
        }),
        ["emb-base64"] = new(seen => Assert.All(seen.Reply.Json["data"]!.AsArray(), row => Assert.Equal(384 * 4, Convert.FromBase64String((string)row!["embedding"]!).Length))),
        ["emb-shuffled-index"] = new(seen => Assert.Equal([2, 1, 0], seen.Reply.Json["data"]!.AsArray().Select(row => (int)row!["index"]!))),
        ["emb-remembered"] = new(Healthy),
        ["rerank-sorted"] = new(seen =>
        {
            var hits = (seen.Dialect == "tei" ? seen.Reply.Json : seen.Reply.Json["results"]!).AsArray();
            var scores = hits.Select(hit => (double)(hit!["score"] ?? hit["relevance_score"])!).ToList();
            Assert.Equal(scores.OrderDescending(), scores);
            Assert.Equal(2, (int)hits[0]!["index"]!);
        }),
    };

    /// <summary>The whole answer, a reason to end, the last mark, and nothing broken.</summary>
    public static void Complete(Seen seen)
    {
        Assert.Equal((200, RawEnd.Complete), (seen.Reply.Status, seen.Reply.End));
        Assert.Equal(DialectRequest.Answer, seen.Stream.Text);
        Assert.Single(seen.Stream.Finishes);
        Assert.True(seen.Stream.Done);
        Assert.Empty(seen.Stream.Broken);
        Assert.Null(seen.Stream.Error);
    }

    private static void Healthy(Seen seen)
    {
        if (seen.IsChat)
        {
            Complete(seen);
            return;
        }

        Assert.Equal((200, RawEnd.Complete), (seen.Reply.Status, seen.Reply.End));
        Assert.NotNull(seen.Reply.Json);
    }

    private static Expectation Lines(string blankLine) => new(seen =>
    {
        Assert.Contains(blankLine, seen.Reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n\n", seen.Reply.Text, StringComparison.Ordinal);
        Complete(seen);
    });

    private static void Reasoning(Seen seen)
    {
        if (seen.Dialect == "anthropic")
        {
            Assert.Contains("\"thinking_delta\"", seen.Reply.Text, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("""{"reasoning_content":"The passages","reasoning":"The passages"}""", seen.Reply.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("<think>", seen.Reply.Text, StringComparison.Ordinal);
        Assert.Equal($"<think>So the answer is near.</think>\n\n{DialectRequest.Answer}", seen.Stream.Text);
    }

    private static void Tools(Seen seen)
    {
        if (seen.Dialect == "anthropic")
        {
            Assert.Equal("tool_use", Assert.Single(seen.Stream.Finishes));
            Assert.Contains("\"partial_json\":", seen.Reply.Text, StringComparison.Ordinal);
            return;
        }

        Assert.Equal("tool_calls", Assert.Single(seen.Stream.Finishes));
        var pieces = seen.Stream.Events.Where(item => item.Data.Contains("tool_calls\":[", StringComparison.Ordinal))
            .Select(item => JsonNode.Parse(item.Data)!["choices"]![0]!["delta"]!["tool_calls"]![0]!)
            .ToList();
        Assert.Equal([0, 1, 0, 1, 0, 1], pieces.Select(piece => (int)piece["index"]!));
        Assert.Equal("""{"query":"cats"}""", string.Concat(pieces.Where(piece => (int)piece["index"]! == 0).Select(piece => piece["function"]!["arguments"])));
    }

    private static int Annotations(Seen seen) => seen.Stream.Events.Count(item => item.Data.Contains("content_filter_offsets", StringComparison.Ordinal) && !item.Data.Contains("delta", StringComparison.Ordinal));
}
