using System.Text.Json.Nodes;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>LM Studio's server.</summary>
internal sealed class LmStudioDialect : OpenAiDialect
{
    public override string Id => "lmstudio";

    protected override string ReasoningKey => "reasoning";

    public override Operation Resolve(RecordedRequest request) => (request.Method, request.Path) switch
    {
        ("POST", "/v1/chat/completions") => new(RequestKind.Chat, Chat),
        ("POST", "/v1/embeddings") => new(RequestKind.Embeddings, Embeddings),
        ("GET", "/v1/models") => new(RequestKind.Models, Models),
        ("GET", "/api/v0/models") => new(RequestKind.Discovery, NativeModels),

        // An unknown route is a success with an error in it.
        _ => new(RequestKind.Unknown, exchange => Json(exchange, new JsonObject { ["error"] = $"Unexpected endpoint or method. ({request.Method} {request.Path})" })),
    };

    public override HttpReply? Authorize(Exchange exchange)
        => exchange.Options.Key is not { } key || exchange.Request.Header("Authorization") == $"Bearer {key}" ? null : Fault(exchange, new(FaultKind.Key));

    public override FaultText Describe(Exchange exchange, Fault fault) => fault.Kind switch
    {
        FaultKind.Context => new(
            400,
            $"Trying to keep the first {fault.Given} tokens when context the overflows. However, the model is loaded with context length of only {fault.Limit} tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input",
            "invalid_request_error"),
        FaultKind.Key => new(401, "Invalid API token", "invalid_request_error", "invalid_api_key"),
        _ => FaultWords.Usual(fault),
    };

    // What goes wrong once a stream was asked for arrives as an event of a success.
    public override HttpReply Fault(Exchange exchange, Fault fault)
        => fault.Kind == FaultKind.Context && exchange.WantsStream
            ? Stream(exchange, [ErrorEvent(Describe(exchange, fault).Message)])
            : base.Fault(exchange, fault);

    protected override ChatStream Begin(Exchange exchange, ChatRequest request) => new(exchange, request, $"chatcmpl-{exchange.Token(22).ToLowerInvariant()}", request.Model);

    protected override string? Fingerprint(ChatStream stream) => stream.Model;

    protected override JsonObject StartDelta() => new() { ["role"] = "assistant" };

    protected override JsonObject Envelope(ChatStream stream, JsonArray choices, JsonObject? usage)
    {
        var chunk = new JsonObject
        {
            ["id"] = stream.Id,
            ["object"] = "chat.completion.chunk",
            ["created"] = stream.Created,
            ["model"] = stream.Model,
            ["system_fingerprint"] = Fingerprint(stream),
            ["choices"] = choices,
        };
        if (usage is not null)
        {
            chunk["usage"] = usage;
        }

        return chunk;
    }

    protected override JsonObject UsageDetails(ChatStream stream) => stream.Usage();

    protected override IEnumerable<StreamEvent> FailureEvents(ChatStream stream, string message) => [ErrorEvent(message)];

    private static StreamEvent ErrorEvent(string message)
        => StreamEvent.Of(EventRole.Error, new JsonObject { ["error"] = new JsonObject { ["message"] = message }, ["message"] = message }, "error");

    private HttpReply NativeModels(Exchange exchange) => Json(exchange, new JsonObject
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. ModelNames(exchange, "qwen2.5-0.5b-instruct", "text-embedding-nomic-embed-text-v1.5").Select(name => new JsonObject
        {
            ["id"] = name,
            ["object"] = "model",
            ["type"] = name.Contains("embed", StringComparison.Ordinal) ? "embeddings" : "llm",
            ["state"] = "loaded",
            ["max_context_length"] = 131_072,
            ["loaded_context_length"] = exchange.Options.ContextTokens,
        })]),
    });
}
