using System.Text.Json.Nodes;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>vLLM's server.</summary>
internal sealed class VllmDialect : OpenAiDialect
{
    private const string Model = "Qwen/Qwen2.5-0.5B-Instruct";

    public override string Id => "vllm";

    public override IReadOnlyList<RequestKind> Work => [RequestKind.Chat, RequestKind.Embeddings, RequestKind.Rerank];

    protected override bool FinishesWithText => true;

    protected override string ReasoningKey => "reasoning";

    public override Operation Resolve(RecordedRequest request) => (request.Method, request.Path) switch
    {
        ("POST", "/v1/chat/completions") => new(RequestKind.Chat, Chat),
        ("POST", "/v1/embeddings") => new(RequestKind.Embeddings, Embeddings),
        ("POST", "/v1/rerank" or "/rerank" or "/v2/rerank") => new(RequestKind.Rerank, Reranking.Jina),
        ("GET", "/v1/models") => new(RequestKind.Models, Models),
        ("GET", "/health" or "/ping") => new(RequestKind.Health, exchange => Text(exchange, "", null)),
        ("GET", "/version") => new(RequestKind.Discovery, exchange => Json(exchange, new JsonObject { ["version"] = "0.11.0" })),
        ("GET", "/metrics") => new(RequestKind.Discovery, exchange => Text(exchange, "vllm:num_requests_running 0.0\n", "text/plain; version=0.0.4")),
        ("POST", "/tokenize") => new(RequestKind.Discovery, Tokenize),
        _ => NoRoute(request),
    };

    public override HttpReply? Authorize(Exchange exchange)
    {
        if (exchange.Options.Key is not { } key || !exchange.Request.Path.StartsWith("/v1", StringComparison.Ordinal))
        {
            return null;
        }

        return exchange.Request.Header("Authorization") == $"Bearer {key}" ? null : Fault(exchange, new(FaultKind.Key));
    }

    public override FaultText Describe(Exchange exchange, Fault fault) => fault.Kind switch
    {
        FaultKind.Context => new(
            400,
            $"This model's maximum context length is {fault.Limit} tokens. However, you requested 0 output tokens and your prompt contains at least {fault.Given} input tokens, for a total of at least {fault.Given} tokens. Please reduce the length of the input prompt or the number of requested output tokens.",
            "BadRequestError",
            Param: "input_tokens"),
        FaultKind.InputTooLarge => new(
            400,
            $"This model's maximum context length is {fault.Limit} tokens. However, you requested {fault.Given} tokens in the input for embedding generation. Please reduce the length of the input.",
            "BadRequestError",
            Param: "input_tokens"),
        FaultKind.UnsupportedParameter => new(400, "\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set", "BadRequestError"),
        FaultKind.BadBody => new(400, "[{'type': 'missing', 'loc': ('body', 'messages'), 'msg': 'Field required'}]", "Bad Request"),
        FaultKind.Model or FaultKind.Deployment => new(404, $"The model `{fault.Subject}` does not exist.", "NotFoundError"),
        FaultKind.Route => new(404, "Not Found", "Not Found"),
        FaultKind.NotSupported => new(501, "The model does not support Embeddings API", "NotImplementedError"),
        FaultKind.Server or FaultKind.Loading or FaultKind.Busy => new(500, "EngineCore encountered an issue. See stack trace (above) for the root cause.", "InternalServerError"),
        _ => FaultWords.Usual(fault),
    };

    public override HttpReply Fault(Exchange exchange, Fault fault)
        => fault.Kind == FaultKind.Key ? Json(exchange, new JsonObject { ["error"] = "Unauthorized" }, 401) : base.Fault(exchange, fault);

    public override IEnumerable<KeyValuePair<string, string>> RateHeaders(Exchange exchange) => [];

    protected override JsonObject ErrorBody(FaultText text)
        => new() { ["error"] = new JsonObject { ["message"] = text.Message, ["type"] = text.Type, ["param"] = text.Param, ["code"] = text.Status } };

    protected override IEnumerable<KeyValuePair<string, string>> UsualHeaders(Exchange exchange) => [new("server", "uvicorn")];

    protected override ChatStream Begin(Exchange exchange, ChatRequest request)
        => new(exchange, request, $"chatcmpl-{exchange.Token(32).ToLowerInvariant()}", request.Model.Length == 0 ? Model : request.Model);

    protected override JsonObject Choice(ChatStream stream, JsonObject delta, string? finish)
    {
        var choice = new JsonObject { ["index"] = 0, ["delta"] = delta, ["logprobs"] = null, ["finish_reason"] = finish };
        if (finish is not null)
        {
            choice["stop_reason"] = null;
        }

        choice["token_ids"] = null;
        return choice;
    }

    protected override JsonObject Envelope(ChatStream stream, JsonArray choices, JsonObject? usage)
    {
        var chunk = new JsonObject
        {
            ["id"] = stream.Id,
            ["object"] = "chat.completion.chunk",
            ["created"] = stream.Created,
            ["model"] = stream.Model,
            ["choices"] = choices,
        };
        if (stream.CompletionTokens == 0 && choices.Count > 0)
        {
            chunk["prompt_token_ids"] = null;
            chunk["prompt_text"] = null;
        }

        if (usage is not null || stream.Request.ContinuousUsage)
        {
            chunk["usage"] = usage ?? stream.Usage();
        }

        return chunk;
    }

    protected override JsonObject WholeEnvelope(ChatStream stream, JsonObject choice)
    {
        var whole = base.WholeEnvelope(stream, choice);
        whole.Remove("system_fingerprint");
        choice["stop_reason"] = null;
        whole["prompt_logprobs"] = null;
        return whole;
    }

    protected override JsonObject UsageDetails(ChatStream stream) => stream.Usage();

    protected override IEnumerable<StreamEvent> FailureEvents(ChatStream stream, string message) =>
    [
        StreamEvent.Of(EventRole.Error, ErrorBody(new(500, message, "InternalServerError"))),
        StreamEvent.Of(EventRole.Done, "[DONE]"),
    ];

    protected override HttpReply Models(Exchange exchange) => Json(exchange, new JsonObject
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. ModelNames(exchange, Model, "BAAI/bge-small-en-v1.5").Take(exchange.Options.Models.Count > 0 ? int.MaxValue : 1).Select(name => ModelEntry(exchange, name))]),
    });

    protected override JsonObject ModelEntry(Exchange exchange, string name) => new()
    {
        ["id"] = name,
        ["object"] = "model",
        ["created"] = exchange.Now.ToUnixTimeSeconds(),
        ["owned_by"] = "vllm",
        ["root"] = name,
        ["parent"] = null,
        ["max_model_len"] = exchange.Options.ContextTokens,
        ["permission"] = new JsonArray(),
    };

    private HttpReply Tokenize(Exchange exchange)
    {
        var text = exchange.Json?["messages"] is null
            ? Tokenizing.TextIn(exchange, "prompt")
            : string.Concat(ChatRequest.Read(exchange.Json)?.Messages.Select(message => message.Text) ?? []);
        var ids = Tokenizing.Ids(text);
        return Json(exchange, new JsonObject { ["count"] = ids.Count, ["max_model_len"] = exchange.Options.ContextTokens, ["tokens"] = ids, ["token_strs"] = null });
    }
}
