using System.Globalization;
using System.Text.Json.Nodes;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>Ollama, with its own API beside OpenAI's.</summary>
internal sealed class OllamaDialect : OpenAiDialect
{
    public override string Id => "ollama";

    public override bool CutsLongPrompts => true;

    protected override string ReasoningKey => "reasoning";

    public override Operation Resolve(RecordedRequest request) => (request.Method, request.Path) switch
    {
        _ when !IsLocal(request.Header("Host")) => new(RequestKind.Unknown, exchange => Text(exchange, "", null, 403), Public: true),
        ("POST", "/v1/chat/completions") => new(RequestKind.Chat, Chat),
        ("POST", "/v1/embeddings") => new(RequestKind.Embeddings, Embeddings),
        ("GET", "/v1/models") => new(RequestKind.Models, Models),
        _ => OllamaNative.Resolve(this, request) ?? new(RequestKind.Unknown, exchange => Text(exchange, "404 page not found", "text/plain", 404)),
    };

    // It has no keys at all.
    public override HttpReply? Authorize(Exchange exchange) => null;

    public override FaultText Describe(Exchange exchange, Fault fault) => fault.Kind switch
    {
        FaultKind.Model or FaultKind.Deployment => new(404, $"model '{fault.Subject}' not found", "not_found_error"),
        FaultKind.Key => new(401, "unauthorized", "authentication_error"),
        FaultKind.Context => new(
            400,
            "the prompt is longer than the context length currently available to the model; try a shorter prompt or increase the context length",
            "invalid_request_error"),
        FaultKind.InputTooLarge => new(400, "the input length exceeds the context length", "invalid_request_error"),
        FaultKind.BadBody => BadBody(exchange),
        FaultKind.Busy or FaultKind.Loading => new(503, "server busy, please try again.  maximum pending requests exceeded", "api_error"),
        FaultKind.Server => new(500, "llama runner process has terminated: exit status 2", "api_error"),
        _ => FaultWords.Usual(fault) with { Code = null },
    };

    public override HttpReply Shape(Exchange exchange, FaultText text)
        => OllamaNative.IsNative(exchange.Request) ? Json(exchange, new JsonObject { ["error"] = text.Message }, text.Status) : base.Shape(exchange, text);

    public override IEnumerable<KeyValuePair<string, string>> RateHeaders(Exchange exchange) => [];

    public override HttpReply? RefuseInputs(Exchange exchange, IReadOnlyList<string> inputs)
        => inputs.Count == 0
            ? Shape(exchange, new(400, "invalid input", "invalid_request_error"))
            : UnknownModel(exchange, OpenAiEmbeddings.ModelOf(exchange));

    protected override IEnumerable<KeyValuePair<string, string>> UsualHeaders(Exchange exchange) => [];

    protected override JsonObject ErrorBody(FaultText text)
        => new() { ["error"] = new JsonObject { ["message"] = text.Message, ["type"] = text.Type, ["param"] = null, ["code"] = null } };

    // The newer name for the limit of tokens is ignored, and so nothing limits a request that uses it.
    protected override ChatRequest? ReadChat(Exchange exchange)
        => base.ReadChat(exchange) is { Messages.Count: > 0 } request ? request with { MaxTokens = request.NumberIn("max_tokens") } : null;

    protected override string? Fingerprint(ChatStream stream) => "fp_ollama";

    // Ids repeat after a thousand answers, as they do there.
    protected override ChatStream Begin(Exchange exchange, ChatRequest request)
        => new(exchange, request, string.Create(CultureInfo.InvariantCulture, $"chatcmpl-{exchange.Random.Next(999)}"), request.Model);

    // The role comes with the first text, not before it.
    protected override IEnumerable<StreamEvent> EventsOf(ChatStream stream, ChatStep step)
    {
        if (step is ChatStep.Start)
        {
            return [];
        }

        if (step is not ChatStep.Text text || stream.CompletionTokens > 0)
        {
            return base.EventsOf(stream, step);
        }

        stream.Say(text.Value);
        return [Chunk(stream, EventRole.Text, Choice(stream, new() { ["role"] = "assistant", ["content"] = text.Value }, null))];
    }

    protected override JsonObject Choice(ChatStream stream, JsonObject delta, string? finish)
        => new() { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish };

    protected override JsonObject Envelope(ChatStream stream, JsonArray choices, JsonObject? usage) => Chunk(stream, stream.Model, choices, usage);

    protected override JsonObject UsageDetails(ChatStream stream) => stream.Usage();

    // There is no error event: an empty chunk of no model, and the end.
    protected override IEnumerable<StreamEvent> FailureEvents(ChatStream stream, string message)
        => [StreamEvent.Of(EventRole.Error, Chunk(stream, "", [Choice(stream, new() { ["content"] = "" }, null)], null))];

    protected override HttpReply Models(Exchange exchange) => Json(exchange, new JsonObject
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. OllamaNative.Names(exchange).Select(name => new JsonObject { ["id"] = name, ["object"] = "model", ["created"] = 1_725_000_000, ["owned_by"] = "library" })]),
    });

    /// <summary>Answers over <c>/api/chat</c>, which streams unless told otherwise.</summary>
    public HttpReply NativeChat(Exchange exchange)
    {
        if (ChatRequest.Read(exchange.Json, streamByDefault: true) is not { } request)
        {
            return Fault(exchange, new(FaultKind.BadBody));
        }

        request = request with { MaxTokens = request.OptionNumber("num_predict"), Window = request.OptionNumber("num_ctx") };

        if (Refuse(exchange, request) is { } refusal)
        {
            return refusal;
        }

        exchange.LoadedWindow = request.Window;
        var stream = Begin(exchange, request);
        var script = Script(exchange, request);
        if (request.Stream)
        {
            return Stream(exchange, OllamaNative.Events(stream, script));
        }

        var answer = WholeAnswer.Of(script);
        stream.Say(answer.Text);
        return Json(exchange, OllamaNative.LastLine(stream, answer.Finish, answer.Text));
    }

    protected override StreamStyle Style(Exchange exchange) => new() { JsonLines = OllamaNative.IsNative(exchange.Request) };

    private static JsonObject Chunk(ChatStream stream, string model, JsonArray choices, JsonObject? usage)
    {
        var chunk = new JsonObject
        {
            ["id"] = stream.Id,
            ["object"] = "chat.completion.chunk",
            ["created"] = stream.Created,
            ["model"] = model,
            ["system_fingerprint"] = "fp_ollama",
            ["choices"] = choices,
        };
        if (usage is not null)
        {
            chunk["usage"] = usage;
        }

        return chunk;
    }

    private static FaultText BadBody(Exchange exchange)
    {
        var message = exchange.Json switch
        {
            JsonObject body when body["input"] is JsonArray => "invalid input type",
            JsonObject body when body["messages"] is JsonArray => "[] is too short - 'messages'",
            JsonObject when exchange.Kind == RequestKind.Embeddings => "invalid input",
            _ => "invalid character 'x' looking for beginning of value",
        };
        return new(400, message, "invalid_request_error");
    }

    private static bool IsLocal(string? host)
    {
        var name = (host ?? "").Split(':')[0].ToLowerInvariant();
        return name is "" or "localhost" or "127.0.0.1" or "[" || name.EndsWith(".localhost", StringComparison.Ordinal) || name.EndsWith(".local", StringComparison.Ordinal);
    }
}
