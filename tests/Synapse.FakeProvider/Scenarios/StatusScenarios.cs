using System.Globalization;
using Synapse.Fakes.Dialects;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Scenarios;

/// <summary>Failures that a status and a body tell.</summary>
internal static class StatusScenarios
{
    private const string Group = "Status";
    private static readonly string[] Azure = ["azure-legacy", "azure-v1"];
    private static readonly string[] Filtering = ["openai", .. Azure];
    private static readonly string[] Strict = ["openai", .. Azure, "vllm", "anthropic"];
    private static readonly string[] Paid = ["openai", .. Azure];
    private static readonly string[] Named = ["openai", "azure-v1", "vllm", "ollama", "lmstudio", "anthropic"];

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Fails("400-context", "The prompt is longer than the window.", exchange => new(FaultKind.Context, "", 16384) { Given = 20056 }),
        Fails("400-filter", "The prompt is refused by a content filter.", _ => new(FaultKind.Filter)) with { Dialects = Filtering },
        Fails("400-unsupported-param", "A parameter is not taken by this model.", exchange => new(FaultKind.UnsupportedParameter, exchange.Call.Value("param")), new() { ["param"] = "max_tokens" }) with { Dialects = Strict },
        new("401", Group, "The key is wrong; body=object, string or empty in place of the dialect's own form; reason=role for a missing role.")
        {
            Parameters = new Dictionary<string, string> { ["body"] = "", ["reason"] = "" },
            Answer = Unauthorized,
        },
        new("401-expired-then-ok", Group, "The token has run out, n times; then all is well.")
        {
            Parameters = new Dictionary<string, string> { ["n"] = "1" },
            Dialects = Azure,
            Answer = exchange => First(exchange, () => exchange.Dialect.Fault(exchange, new(FaultKind.TokenExpired))),
        },
        Fails("403", "Forbidden; reason=firewall, public-access, abuse or local-auth.", exchange => new(FaultKind.Forbidden) { Form = exchange.Call.Value("reason") }, new() { ["reason"] = "firewall" }),
        Fails("404-deployment", "There is no such deployment.", exchange => new(FaultKind.Deployment, ModelOf(exchange))) with { Dialects = Azure },
        Fails("404-model", "There is no such model.", exchange => new(FaultKind.Model, ModelOf(exchange))) with { Dialects = Named },
        Fails("408", "The server waited too long.", _ => new(FaultKind.Timeout)),
        Fails("409", "A conflict.", _ => new(FaultKind.Conflict)),
        new("413-text", Group, "The body is too large, said in plain text.")
        {
            Answer = exchange => exchange.Dialect.Text(exchange, "Failed to buffer the request body: length limit exceeded", "text/plain; charset=utf-8", 413),
        },
        Fails("422-batch", "Too many inputs at once.", _ => new(FaultKind.Batch, "", 32) { Given = 33 }) with { Dialects = ["tei"] },
        Fails("424", "The backend behind the server failed.", _ => new(FaultKind.Backend)) with { Dialects = ["tei"] },
        Limited("429-ms", "Asks to come again, in milliseconds and in seconds.", exchange => [new("retry-after-ms", exchange.Call.Value("ms")), new("retry-after", Seconds(exchange))], "2000"),
        Limited("429-seconds", "Asks to come again in whole seconds.", exchange => [new("retry-after", Seconds(exchange))], "2000"),
        Limited("429-date", "Asks to come again at a date.", exchange => [new("retry-after", (exchange.Now + exchange.Call.Milliseconds("ms")).ToString("R", CultureInfo.InvariantCulture))], "2000"),
        Limited("429-fraction", "Asks to come again in a fraction of seconds.", exchange => [new("retry-after", exchange.Call.Milliseconds("ms").TotalSeconds.ToString(CultureInfo.InvariantCulture))], "1500"),
        Limited("429-negative", "Asks to come again before now.", exchange => [new("retry-after", Seconds(exchange))], "-5000"),
        Limited("429-huge", "Asks to come again in a day.", exchange => [new("retry-after", Seconds(exchange))], "86400000"),
        Limited("429-none", "Throttles without saying when to come again.", _ => [], "0"),
        Fails("429-quota", "The quota is used up; waiting never helps.", _ => new(FaultKind.Quota)) with { Dialects = Paid },
        Fails("429-toolarge", "The prompt is larger than the rate limit; waiting never helps.", _ => new(FaultKind.PromptTooLarge)) with { Dialects = ["openai"] },
        new("429-then-ok-n", Group, "Throttles n times; then all is well.")
        {
            Parameters = new Dictionary<string, string> { ["n"] = "2", ["ms"] = "1000", ["header"] = "both", ["should-retry"] = "" },
            Answer = exchange => First(exchange, () => WithHeaders(Throttled(exchange), RetryHeaders(exchange))),
        },
        Fails("500", "The server failed; form=image for a failure of llama.cpp that no retry cures.", exchange => new(FaultKind.Server) { Form = exchange.Call.Value("form") }, new() { ["form"] = "" }),
        Fails("500-embed-toolarge", "One input is too long to embed.", _ => new(FaultKind.InputTooLarge, "", 512) { Given = 596, Request = RequestKind.Embeddings }) with { Kinds = [RequestKind.Embeddings], Dialects = ["llamacpp"] },
        Fails("501", "The server cannot do this.", _ => new(FaultKind.NotSupported)) with { Dialects = ["llamacpp", "vllm"] },
        new("502-html", Group, "A gateway fails and says so in HTML.")
        {
            Parameters = new Dictionary<string, string> { ["status"] = "502" },
            BeforeKey = true,
            Answer = exchange => Html(exchange.Call.Number("status"), "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"),
        },
        new("503-loading-n-then-ok", Group, "The model is loading for n requests; then all is well.")
        {
            Parameters = new Dictionary<string, string> { ["n"] = "2" },
            Kinds = [RequestKind.Chat, RequestKind.Embeddings, RequestKind.Rerank, RequestKind.Models, RequestKind.Health, RequestKind.Discovery, RequestKind.Unknown],
            Dialects = ["openai", "azure-legacy", "azure-v1", "llamacpp", "tei"],
            BeforeKey = true,

            // What a browser asks first is answered even then.
            Answer = exchange => exchange.Request.Method == "OPTIONS" ? null : First(exchange, () => exchange.Dialect.Fault(exchange, new(FaultKind.Loading))),
        },
        Fails("503-ollama-busy", "The queue is full.", _ => new(FaultKind.Busy)) with { Dialects = ["ollama"] },
        Fails("529", "Overloaded, with a number of its own.", _ => new(FaultKind.Overloaded)),
        new("302-to-other-host", Group, "Redirects to another host, which must not be followed.")
        {
            Parameters = new Dictionary<string, string> { ["location"] = "http://127.0.0.2:9/v1/elsewhere" },
            Answer = exchange => Html(302, "").WithHeader("location", exchange.Call.Value("location")),
        },
        new("200-html", Group, "A page where an answer should be.")
        {
            Answer = _ => Html(200, "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>"),
        },
        new("200-json-on-stream", Group, "One JSON text where a stream was asked for.") { Kinds = [RequestKind.Chat], Answer = JsonInPlaceOfStream },
        new("200-empty", Group, "A success without a body.")
        {
            Answer = exchange => new() { Headers = [new("content-type", exchange.WantsStream ? "text/event-stream" : "application/json")] },
        },
        new("204", Group, "A success that says it has no body.") { Answer = _ => new() { Status = 204, Framing = Framing.None } },
    ];

    private static Scenario Fails(string id, string summary, Func<Exchange, Fault> fault, Dictionary<string, string>? parameters = null) => new(id, Group, summary)
    {
        Parameters = parameters ?? [],
        Answer = exchange => exchange.Dialect.Fault(exchange, fault(exchange) with { Request = exchange.Kind }),
    };

    private static Scenario Limited(string id, string summary, Func<Exchange, IEnumerable<KeyValuePair<string, string>>> headers, string milliseconds) => new(id, Group, summary)
    {
        Parameters = new Dictionary<string, string> { ["ms"] = milliseconds, ["should-retry"] = "" },
        Answer = exchange => WithHeaders(Throttled(exchange), headers(exchange)),
    };

    private static HttpReply Throttled(Exchange exchange)
    {
        var reply = WithHeaders(exchange.Dialect.Fault(exchange, new(FaultKind.RateLimit) { Request = exchange.Kind }), exchange.Dialect.RateHeaders(exchange));
        return exchange.Call.Value("should-retry") is { Length: > 0 } advice ? reply.WithHeader("x-should-retry", advice) : reply;
    }

    private static HttpReply WithHeaders(HttpReply reply, IEnumerable<KeyValuePair<string, string>> headers)
        => headers.Aggregate(reply, (changed, header) => changed.WithHeader(header.Key, header.Value));

    private static IEnumerable<KeyValuePair<string, string>> RetryHeaders(Exchange exchange) => exchange.Call.Value("header") switch
    {
        "none" => [],
        "ms" => [new("retry-after-ms", exchange.Call.Value("ms"))],
        "seconds" => [new("retry-after", Seconds(exchange))],
        _ => [new("retry-after-ms", exchange.Call.Value("ms")), new("retry-after", Seconds(exchange))],
    };

    private static string Seconds(Exchange exchange)
        => Math.Ceiling(exchange.Call.Milliseconds("ms").TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static HttpReply? First(Exchange exchange, Func<HttpReply> failure) => exchange.Use <= exchange.Call.Number("n") ? failure() : null;

    private static HttpReply Unauthorized(Exchange exchange) => exchange.Call.Value("body") switch
    {
        "object" => new OpenAiDialect().Fault(exchange, new(FaultKind.Key, "sk-a****abcd")),
        "string" => exchange.Dialect.Text(exchange, """{"error":"Unauthorized"}""", "application/json", 401),
        "empty" => exchange.Dialect.Text(exchange, "", null, 401),
        _ => exchange.Dialect.Fault(exchange, new(exchange.Call.Value("reason") == "role" ? FaultKind.RoleMissing : FaultKind.Key, "sk-a****abcd")),
    };

    private static string ModelOf(Exchange exchange) => OpenAiEmbeddings.ModelOf(exchange) is { Length: > 0 } name ? name : "unknown";

    private static HttpReply Html(int status, string page)
        => new() { Status = status, Headers = [new("content-type", "text/html")], Body = [Segment.Of(page)] };

    private static HttpReply? JsonInPlaceOfStream(Exchange exchange)
    {
        if (!exchange.WantsStream)
        {
            return null;
        }

        exchange.Json!["stream"] = false;
        return null;
    }
}
