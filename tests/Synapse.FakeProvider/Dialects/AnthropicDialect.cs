using System.Globalization;
using System.Text.Json.Nodes;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>Anthropic's Messages API.</summary>
internal sealed class AnthropicDialect : Dialect
{
    public override string Id => "anthropic";

    public override IReadOnlyList<RequestKind> Work => [RequestKind.Chat];

    public override Operation Resolve(RecordedRequest request) => (request.Method, request.Path) switch
    {
        ("POST", "/v1/messages") => new(RequestKind.Chat, Messages),
        ("POST", "/v1/messages/count_tokens") => new(RequestKind.Discovery, CountTokens),
        ("GET", "/v1/models") => new(RequestKind.Models, Models),
        _ => new(RequestKind.Unknown, exchange => Fault(exchange, new(FaultKind.Route)), Public: true),
    };

    public override HttpReply? Authorize(Exchange exchange)
    {
        if (exchange.Options.Key is not { } key || exchange.Request.Header("x-api-key") == key || exchange.Request.Header("Authorization") == $"Bearer {key}")
        {
            return null;
        }

        return exchange.Request.Header("x-api-key") is null && exchange.Request.Header("Authorization") is null
            ? Shape(exchange, new(401, "x-api-key header is required", "authentication_error"))
            : Fault(exchange, new(FaultKind.Key));
    }

    public override FaultText Describe(Exchange exchange, Fault fault) => fault.Kind switch
    {
        FaultKind.Context => new(400, $"prompt is too long: {fault.Given} tokens > {fault.Limit} maximum", "invalid_request_error"),
        FaultKind.BadBody => new(400, "The request body is not valid JSON", "invalid_request_error"),
        FaultKind.UnsupportedParameter => new(400, $"{fault.Subject}: Extra inputs are not permitted", "invalid_request_error"),
        FaultKind.Key => new(401, "invalid x-api-key", "authentication_error"),
        FaultKind.RoleMissing or FaultKind.Forbidden => new(403, "Your API key does not have permission to use the specified resource.", "permission_error"),
        FaultKind.Model or FaultKind.Deployment => new(404, $"model: {fault.Subject}", "not_found_error"),
        FaultKind.Route => new(404, "Not Found", "not_found_error"),
        FaultKind.TooManyBytes => new(413, "Request exceeds the maximum size", "request_too_large"),
        FaultKind.RateLimit => new(
            429, "This request would exceed your organization's rate limit of 50,000 input tokens per minute.", "rate_limit_error"),
        FaultKind.Quota => new(
            400, "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.", "invalid_request_error"),
        FaultKind.Overloaded => new(529, "Overloaded", "overloaded_error"),
        FaultKind.Timeout => new(408, "Request timed out", "timeout_error"),
        FaultKind.Server => new(500, "Internal server error", "api_error"),
        _ => FaultWords.Usual(fault) with { Type = "api_error" },
    };

    public override HttpReply Shape(Exchange exchange, FaultText text)
    {
        var body = ErrorBody(text.Type, text.Message);
        body["request_id"] = RequestId(exchange);
        return Json(exchange, body, text.Status);
    }

    public override IEnumerable<KeyValuePair<string, string>> RateHeaders(Exchange exchange) =>
    [
        new("anthropic-ratelimit-requests-limit", "50"),
        new("anthropic-ratelimit-requests-remaining", "0"),
        new("anthropic-ratelimit-requests-reset", exchange.Now.AddSeconds(2).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)),
    ];

    protected override IEnumerable<KeyValuePair<string, string>> UsualHeaders(Exchange exchange) => [new("request-id", RequestId(exchange))];

    private static string RequestId(Exchange exchange) => string.Create(CultureInfo.InvariantCulture, $"req_{exchange.Request.Number:d24}");

    private static JsonObject ErrorBody(string? type, string message)
        => new() { ["type"] = "error", ["error"] = new JsonObject { ["type"] = type, ["message"] = message } };

    private HttpReply Messages(Exchange exchange)
    {
        if (ChatRequest.Read(exchange.Json) is not { } request)
        {
            return Fault(exchange, new(FaultKind.BadBody));
        }

        if (exchange.Request.Header("anthropic-version") is null)
        {
            return Shape(exchange, new(400, "anthropic-version: header is required", "invalid_request_error"));
        }

        if (request.MaxTokens is null)
        {
            return Shape(exchange, new(400, "max_tokens: Field required", "invalid_request_error"));
        }

        if (Refuse(exchange, request) is { } refusal)
        {
            return refusal;
        }

        var stream = new ChatStream(exchange, request, $"msg_{exchange.Token(24)}", request.Model);
        var script = Script(exchange, request);
        return request.Stream ? Stream(exchange, AnthropicEvents.Of(stream, script)) : Whole(stream, script);
    }

    private HttpReply Whole(ChatStream stream, IReadOnlyList<ChatStep> script)
    {
        if (script.OfType<ChatStep.Failure>().FirstOrDefault() is { } failure)
        {
            return Shape(stream.Exchange, new(500, failure.Message, "api_error"));
        }

        var answer = WholeAnswer.Of(script);
        stream.Say(answer.Text);
        var content = new JsonArray();
        if (answer.Reasoning.Length > 0)
        {
            content.Add((JsonNode)new JsonObject { ["type"] = "thinking", ["thinking"] = answer.Reasoning, ["signature"] = "EqQBCgIYAg==" });
        }

        if (answer.Text.Length > 0)
        {
            content.Add((JsonNode)new JsonObject { ["type"] = "text", ["text"] = answer.Text });
        }

        foreach (var tool in answer.Tools)
        {
            content.Add((JsonNode)new JsonObject { ["type"] = "tool_use", ["id"] = tool.Id, ["name"] = tool.Name, ["input"] = JsonNode.Parse(tool.Arguments) });
        }

        return Json(stream.Exchange, AnthropicEvents.Message(stream, content, AnthropicEvents.StopReason(answer.Finish), stream.CompletionTokens));
    }

    private HttpReply CountTokens(Exchange exchange)
        => ChatRequest.Read(exchange.Json) is { } request ? Json(exchange, new JsonObject { ["input_tokens"] = request.PromptTokens }) : Fault(exchange, new(FaultKind.BadBody));

    private HttpReply Models(Exchange exchange) => Json(exchange, new JsonObject
    {
        ["data"] = new JsonArray([.. ModelNames(exchange, "claude-sonnet-4-5", "claude-haiku-4-5").Select(name => new JsonObject
        {
            ["type"] = "model",
            ["id"] = name,
            ["display_name"] = name,
            ["created_at"] = "2025-09-29T00:00:00Z",
        })]),
        ["has_more"] = false,
    });
}
