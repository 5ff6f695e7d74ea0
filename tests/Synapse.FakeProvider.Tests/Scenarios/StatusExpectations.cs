using System.Globalization;
using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>What failures with a status look like.</summary>
internal static class StatusExpectations
{
    private const int DaySeconds = 86_400;

    public static IReadOnlyDictionary<string, Expectation> All { get; } = new Dictionary<string, Expectation>
    {
        ["400-context"] = new(Context),
        ["400-filter"] = new(seen =>
        {
            Says(seen, 400, seen.Dialect == "openai" ? "rejected" : "The response was filtered due to the prompt triggering");
            Assert.Equal(seen.Dialect == "openai" ? null : "ResponsibleAIPolicyViolation", (string?)seen.Reply.Json["error"]!["innererror"]?["code"]);
        }),
        ["400-unsupported-param"] = Fails(400),
        ["401"] = new(seen => Assert.Equal(401, seen.Reply.Status)),
        ["401-expired-then-ok"] = new(async seen =>
        {
            Says(seen, 401, "Access token is missing, invalid, audience is incorrect");
            Assert.Equal(200, (await seen.AgainAsync()).Status);
        }),
        ["403"] = Fails(403),
        ["404-deployment"] = new(seen =>
        {
            Says(seen, 404, "The API deployment for this resource does not exist.");
            Assert.StartsWith("""{"error":{"code":"DeploymentNotFound","message":""", seen.Reply.Text, StringComparison.Ordinal);
        }),
        ["404-model"] = Fails(404),
        ["408"] = Fails(408),
        ["409"] = Fails(409),
        ["413-text"] = new(seen => Assert.Equal((413, "text/plain; charset=utf-8"), (seen.Reply.Status, seen.Reply.Header("content-type")))),
        ["422-batch"] = Says(422, "batch size 33 > maximum allowed batch size 32"),
        ["424"] = Says(424, "Backend"),
        ["429-ms"] = Waits("2", "2000"),
        ["429-seconds"] = Waits("2"),
        ["429-date"] = new(seen =>
        {
            var wait = DateTimeOffset.Parse(seen.Reply.Header("retry-after")!, CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow();
            Assert.InRange(wait.TotalSeconds, 55, 60);
        }, "?ms=60000"),
        ["429-fraction"] = Waits("1.5"),
        ["429-negative"] = Waits("-5"),
        ["429-huge"] = Waits(DaySeconds.ToString(CultureInfo.InvariantCulture)),
        ["429-none"] = Waits(null),
        ["429-quota"] = new(seen => Assert.Equal((429, "insufficient_quota"), (seen.Reply.Status, (string?)seen.Reply.Json["error"]!["code"]))),
        ["429-toolarge"] = Says(429, "Request too large for model"),
        ["429-then-ok-n"] = new(
            async seen =>
            {
                Assert.Equal((429, "7", "1"), (seen.Reply.Status, seen.Reply.Header("retry-after-ms"), seen.Reply.Header("retry-after")));
                Assert.Equal(429, (await seen.AgainAsync()).Status);
                Assert.Equal(429, (await seen.AgainAsync()).Status);
                Assert.Equal(200, (await seen.AgainAsync()).Status);
            },
            "?n=3&ms=7"),
        ["500"] = Fails(500),
        ["500-embed-toolarge"] = Says(500, "input (596 tokens) is too large to process. increase the physical batch size (current batch size: 512)"),
        ["501"] = Fails(501),
        ["502-html"] = new(seen =>
        {
            Assert.Equal((502, "text/html"), (seen.Reply.Status, seen.Reply.Header("content-type")));
            Assert.StartsWith("<html>", seen.Reply.Text, StringComparison.Ordinal);
        }),
        ["503-loading-n-then-ok"] = new(async seen =>
        {
            Says(seen, 503, seen.Dialect switch { "llamacpp" => "Loading model", "tei" => "unhealthy", _ => "again" });
            Assert.Equal(200, (await seen.AgainAsync()).Status);
        }, "?n=1"),
        ["503-ollama-busy"] = Says(503, "server busy, please try again.  maximum pending requests exceeded"),
        ["529"] = Fails(529),
        ["302-to-other-host"] = new(seen => Assert.Equal((302, "http://127.0.0.2:9/v1/elsewhere"), (seen.Reply.Status, seen.Reply.Header("location")))),
        ["200-html"] = new(seen =>
        {
            Assert.Equal((200, "text/html"), (seen.Reply.Status, seen.Reply.Header("content-type")));
            Assert.Contains("Sign in", seen.Reply.Text, StringComparison.Ordinal);
        }),
        ["200-json-on-stream"] = new(seen =>
        {
            Assert.Equal(200, seen.Reply.Status);
            Assert.StartsWith("application/json", seen.Reply.Header("content-type"), StringComparison.Ordinal);
            Assert.NotNull(seen.Reply.Json);
        }),
        ["200-empty"] = new(seen => Assert.Equal((200, 0, "0"), (seen.Reply.Status, seen.Reply.Body.Length, seen.Reply.Header("content-length")))),
        ["204"] = new(seen => Assert.Equal((204, 0, null), (seen.Reply.Status, seen.Reply.Body.Length, seen.Reply.Header("content-length")))),
    };

    private static Expectation Fails(int status) => new(seen => Says(seen, status, ""));

    private static Expectation Says(int status, string words) => new(seen => Says(seen, status, words));

    private static void Says(Seen seen, int status, string words)
    {
        Assert.Equal((status, RawEnd.Complete), (seen.Reply.Status, seen.Reply.End));
        Assert.StartsWith("application/json", seen.Reply.Header("content-type"), StringComparison.Ordinal);
        var json = seen.Reply.Json.AsObject();
        var keys = string.Join(',', (json["error"] as System.Text.Json.Nodes.JsonObject ?? json).Select(member => member.Key).Except(["n_prompt_tokens", "n_ctx", "status", "innererror"]).Order(StringComparer.Ordinal));
        var shapes = seen.Dialect switch
        {
            "azure-legacy" or "azure-v1" => new[] { "code,message", "code,message,param,type" },
            "llamacpp" => ["code,message,type"],
            "tei" when seen.Kind == RequestKind.Rerank => ["error,error_type"],
            "tei" => ["code,message,type"],
            "anthropic" => ["message,type"],
            _ => ["code,message,param,type"],
        };
        Assert.Contains(keys, (IEnumerable<string>)shapes);
        Assert.Contains(words, seen.Reply.Text, StringComparison.Ordinal);
    }

    private static void Context(Seen seen)
    {
        if (seen is { Dialect: "lmstudio", IsChat: true })
        {
            Assert.Equal(200, seen.Reply.Status);
            Assert.Contains("context length of only 16384 tokens", seen.Stream.Error, StringComparison.Ordinal);
            return;
        }

        Says(seen, seen.Dialect == "tei" ? 422 : 400, seen.Dialect switch
        {
            "llamacpp" => "\"n_prompt_tokens\":20056,\"n_ctx\":16384",
            "vllm" => "\"param\":\"input_tokens\"",
            "ollama" => "the prompt is longer than the context length currently available",
            "tei" => "`inputs` must have less than 16384 tokens. Given: 20056",
            "anthropic" => "prompt is too long: 20056 tokens > 16384 maximum",
            "lmstudio" => "16384",
            _ => "\"code\":\"context_length_exceeded\"",
        });
    }

    private static Expectation Waits(string? seconds, string? milliseconds = null) => new(seen =>
    {
        Says(seen, 429, "");
        Assert.Equal((seconds, milliseconds), (seen.Reply.Header("retry-after"), seen.Reply.Header("retry-after-ms")));
    });
}
