using System.Text.Json.Nodes;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>The server of llama.cpp.</summary>
internal sealed class LlamaCppDialect : OpenAiDialect
{
    private const string Model = "/models/qwen2.5-0.5b-instruct-q4_k_m.gguf";
    private const string Build = "b11429-4f1e2d3c";
    private const string JsonType = "application/json; charset=utf-8";

    public override string Id => "llamacpp";

    public override IReadOnlyList<RequestKind> Work => [RequestKind.Chat, RequestKind.Embeddings, RequestKind.Rerank];

    public override Operation Resolve(RecordedRequest request) => (request.Method, request.Path) switch
    {
        ("OPTIONS", _) => new(RequestKind.Discovery, Preflight, Public: true),
        ("POST", "/v1/chat/completions" or "/chat/completions") => new(RequestKind.Chat, Chat),
        ("POST", "/v1/embeddings" or "/embeddings") => new(RequestKind.Embeddings, Embeddings),
        ("POST", "/v1/rerank" or "/rerank" or "/v1/reranking" or "/reranking") => new(RequestKind.Rerank, Reranking.Jina),
        ("GET", "/v1/models" or "/models") => new(RequestKind.Models, Models, Public: true),
        ("GET", "/health" or "/v1/health") => new(RequestKind.Health, exchange => Json(exchange, new JsonObject { ["status"] = "ok" }, 200, JsonType), Public: true),
        ("GET", "/props") => new(RequestKind.Discovery, Props),
        ("POST", "/tokenize") => new(RequestKind.Discovery, exchange => Json(exchange, Tokenizing.TokensOf(exchange, "content"), 200, JsonType)),
        ("GET", "/") => new(RequestKind.Discovery, exchange => Text(exchange, "<!doctype html><title>llama.cpp</title>", "text/html"), Public: true),
        _ => NoRoute(request),
    };

    public override HttpReply? Authorize(Exchange exchange)
    {
        if (exchange.Options.Key is not { } key)
        {
            return null;
        }

        var given = exchange.Request.Header("Authorization") ?? exchange.Request.Header("X-Api-Key") ?? "";
        return given == key || given == $"Bearer {key}" ? null : Fault(exchange, new(FaultKind.Key));
    }

    public override FaultText Describe(Exchange exchange, Fault fault) => fault.Kind switch
    {
        FaultKind.Key => new(401, "Invalid API Key", "authentication_error"),
        FaultKind.Forbidden => new(403, "This operation is not permitted", "permission_error"),
        FaultKind.Model or FaultKind.Deployment or FaultKind.Route => new(404, "File Not Found", "not_found_error"),
        FaultKind.BadBody => new(500, "[json.exception.parse_error.101] parse error at line 1, column 1: syntax error while parsing value - invalid literal", "server_error"),
        FaultKind.Context => new(
            400,
            $"request ({fault.Given} tokens) exceeds the available context size ({fault.Limit} tokens), try increasing it",
            "exceed_context_size_error"),
        FaultKind.InputTooLarge => new(
            500,
            $"input ({fault.Given} tokens) is too large to process. increase the physical batch size (current batch size: {fault.Limit})",
            "server_error"),
        FaultKind.NotSupported => new(501, "This server does not support embeddings. Start it with `--embeddings`", "not_supported_error"),
        FaultKind.Loading => new(503, "Loading model", "unavailable_error"),
        FaultKind.Server when fault.Form != "image" => new(500, "Compute error.", "server_error"),
        FaultKind.Server => new(500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", "server_error"),
        _ => FaultWords.Usual(fault),
    };

    public override HttpReply Fault(Exchange exchange, Fault fault)
    {
        if (fault.Kind == FaultKind.Loading && (exchange.Request.Path == "/" || exchange.Request.Path.EndsWith(".html", StringComparison.Ordinal)))
        {
            return Text(exchange, "<!doctype html><title>Loading</title><p>The model is loading.", "text/html; charset=utf-8", 503);
        }

        var text = Describe(exchange, fault);
        var body = ErrorBody(text);
        if (fault.Kind == FaultKind.Context)
        {
            body["error"]!["n_prompt_tokens"] = fault.Given;
            body["error"]!["n_ctx"] = fault.Limit;
        }

        return Json(exchange, body, text.Status, JsonType);
    }

    public override HttpReply Shape(Exchange exchange, FaultText text) => Json(exchange, ErrorBody(text), text.Status, JsonType);

    public override IEnumerable<KeyValuePair<string, string>> RateHeaders(Exchange exchange) => [];

    public override HttpReply? RefuseInputs(Exchange exchange, IReadOnlyList<string> inputs)
    {
        if (inputs.Count == 0 || inputs.Any(string.IsNullOrEmpty))
        {
            return Shape(exchange, new(400, "Input content cannot be empty", "invalid_request_error"));
        }

        var longest = inputs.Max(TokenCount.Of);
        return longest > exchange.Options.EmbeddingTokens
            ? Fault(exchange, new(FaultKind.InputTooLarge, "", exchange.Options.EmbeddingTokens) { Given = longest })
            : null;
    }

    // Whatever the request names, the loaded model answers.
    protected override HttpReply? UnknownModel(Exchange exchange, string model) => null;

    protected override JsonObject ErrorBody(FaultText text)
        => new() { ["error"] = new JsonObject { ["code"] = text.Status, ["message"] = text.Message, ["type"] = text.Type } };

    protected override IEnumerable<KeyValuePair<string, string>> UsualHeaders(Exchange exchange) =>
    [
        new("Server", "llama.cpp"),
        .. exchange.Request.Header("Origin") is { } origin ? new[] { KeyValuePair.Create("Access-Control-Allow-Origin", origin) } : [],
    ];

    protected override ChatStream Begin(Exchange exchange, ChatRequest request) => new(exchange, request, $"chatcmpl-{exchange.Token(32)}", Model);

    protected override JsonObject StartDelta() => new() { ["role"] = "assistant", ["content"] = null };

    protected override JsonObject Choice(ChatStream stream, JsonObject delta, string? finish)
        => new() { ["finish_reason"] = finish, ["index"] = 0, ["delta"] = delta };

    protected override JsonObject Envelope(ChatStream stream, JsonArray choices, JsonObject? usage)
    {
        var last = choices.Count > 0 && choices[0]!["finish_reason"] is not null;
        var chunk = new JsonObject
        {
            ["choices"] = choices,
            ["created"] = stream.Created,
            ["id"] = stream.Id,
            ["model"] = stream.Model,
            ["system_fingerprint"] = Build,
            ["object"] = "chat.completion.chunk",
        };
        if (usage is not null)
        {
            chunk["usage"] = usage;
        }

        // The timings stand on the last chunk, which is the one with the usage when that was asked for.
        if (usage is not null || (last && !stream.Request.IncludeUsage))
        {
            chunk["timings"] = Timings(stream);
        }

        return chunk;
    }

    protected override JsonObject WholeEnvelope(ChatStream stream, JsonObject choice) => new()
    {
        ["choices"] = new JsonArray(choice),
        ["created"] = stream.Created,
        ["model"] = stream.Model,
        ["system_fingerprint"] = Build,
        ["object"] = "chat.completion",
        ["usage"] = stream.Usage(),
        ["id"] = stream.Id,
        ["timings"] = Timings(stream),
    };

    protected override JsonObject UsageDetails(ChatStream stream) => stream.Usage();

    // The stream ends here: no mark follows an error.
    protected override IEnumerable<StreamEvent> FailureEvents(ChatStream stream, string message)
        => [StreamEvent.Of(EventRole.Error, ErrorBody(new(500, message, "server_error")))];

    protected override HttpReply Models(Exchange exchange) => Json(
        exchange,
        new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray(new JsonObject
            {
                ["id"] = Model,
                ["object"] = "model",
                ["created"] = exchange.Now.ToUnixTimeSeconds(),
                ["owned_by"] = "llamacpp",
                ["meta"] = new JsonObject
                {
                    ["vocab_type"] = 2,
                    ["n_vocab"] = 151936,
                    ["n_ctx_train"] = 32768,
                    ["n_ctx"] = exchange.Options.ContextTokens,
                    ["n_embd"] = exchange.Options.EmbeddingDimensions ?? 384,
                    ["n_params"] = 494032768,
                    ["size"] = 391112704,
                },
            }),
        },
        200,
        JsonType);

    private static JsonObject Timings(ChatStream stream)
        => new() { ["prompt_n"] = stream.PromptTokens, ["prompt_ms"] = 12.5, ["predicted_n"] = stream.CompletionTokens, ["predicted_ms"] = 80.25 };

    private HttpReply Props(Exchange exchange) => Json(
        exchange,
        new JsonObject
        {
            ["default_generation_settings"] = new JsonObject { ["n_ctx"] = exchange.Options.ContextTokens, ["params"] = new JsonObject { ["n_predict"] = -1 } },
            ["total_slots"] = 4,
            ["model_path"] = Model,
            ["modalities"] = new JsonObject { ["vision"] = false, ["audio"] = false },
            ["build_info"] = Build,
        },
        200,
        JsonType);

    private HttpReply Preflight(Exchange exchange)
        => Text(exchange, "", "text/html")
            .WithHeader("Access-Control-Allow-Credentials", "true")
            .WithHeader("Access-Control-Allow-Methods", "GET, POST")
            .WithHeader("Access-Control-Allow-Headers", "*");
}
