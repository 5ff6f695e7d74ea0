using System.Text.Json.Nodes;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>OpenAI; the base of all that speak its language.</summary>
internal class OpenAiDialect : Dialect
{
    private const int MostTokensPerRequest = 300_000;

    public override string Id => "openai";

    /// <summary>Whether the reason to end comes with the last text.</summary>
    protected virtual bool FinishesWithText => false;

    public override Operation Resolve(RecordedRequest request) => (request.Method, request.Path) switch
    {
        ("POST", "/v1/chat/completions") => new(RequestKind.Chat, Chat),
        ("POST", "/v1/embeddings") => new(RequestKind.Embeddings, Embeddings),
        ("GET", "/v1/models") => new(RequestKind.Models, Models),
        ("GET", var path) when path.StartsWith("/v1/models/", StringComparison.Ordinal) => new(RequestKind.Models, OneModel),
        _ => NoRoute(request),
    };

    public override HttpReply? Authorize(Exchange exchange)
    {
        var given = exchange.Request.Header("Authorization");
        if (exchange.Options.Key is not { } key || given == $"Bearer {key}")
        {
            return null;
        }

        if (given is null)
        {
            return Shape(exchange, new(401, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).", "invalid_request_error"));
        }

        return Fault(exchange, new(FaultKind.Key, Masked(given["Bearer ".Length..])));
    }

    public override HttpReply Shape(Exchange exchange, FaultText text)
        => Json(exchange, ErrorBody(text), text.Status);

    public override IEnumerable<KeyValuePair<string, string>> RateHeaders(Exchange exchange) =>
    [
        new("x-ratelimit-limit-requests", "500"),
        new("x-ratelimit-remaining-requests", "0"),
        new("x-ratelimit-reset-requests", "2s"),
    ];

    /// <summary>The body of a failure.</summary>
    protected virtual JsonObject ErrorBody(FaultText text)
        => new() { ["error"] = new JsonObject { ["message"] = text.Message, ["type"] = text.Type, ["param"] = text.Param, ["code"] = text.Code } };

    protected override IEnumerable<KeyValuePair<string, string>> UsualHeaders(Exchange exchange)
    {
        if (Id != "openai")
        {
            return [];
        }

        return
        [
            new("x-request-id", $"req_{exchange.Request.Number:x8}"),
            new("openai-processing-ms", "12"),
            new("openai-version", "2020-10-01"),
            new("x-ratelimit-limit-requests", "10000"),
            new("x-ratelimit-remaining-requests", "9999"),
            new("x-ratelimit-reset-requests", "6ms"),
            new("x-ratelimit-limit-tokens", "2000000"),
            new("x-ratelimit-remaining-tokens", "1999000"),
            new("x-ratelimit-reset-tokens", "30ms"),
        ];
    }

    protected Operation NoRoute(RecordedRequest request)
        => new(RequestKind.Unknown, exchange => Fault(exchange, new(FaultKind.Route, $"{request.Method} {request.Path}")));

    /// <summary>Answers in JSON or as a stream.</summary>
    protected HttpReply Chat(Exchange exchange)
    {
        if (ReadChat(exchange) is not { } request)
        {
            return Fault(exchange, new(FaultKind.BadBody));
        }

        if (Refuse(exchange, request) is { } refusal)
        {
            return refusal;
        }

        var stream = Begin(exchange, request);
        var script = Script(exchange, request);
        return request.Stream ? Stream(exchange, Events(stream, script)) : ChatJson(stream, script);
    }

    protected virtual ChatRequest? ReadChat(Exchange exchange) => ChatRequest.Read(exchange.Json);

    protected virtual ChatStream Begin(Exchange exchange, ChatRequest request)
        => new(exchange, request, $"chatcmpl-{exchange.Token(29)}", request.Model.Length == 0 ? "gpt-4o-mini" : request.Model);

    /// <summary>The events of an answer.</summary>
    protected virtual IEnumerable<StreamEvent> Events(ChatStream stream, IReadOnlyList<ChatStep> script)
    {
        foreach (var prologue in Prologue(stream))
        {
            yield return prologue;
        }

        for (var i = 0; i < script.Count; i++)
        {
            if (FinishesWithText && script[i] is ChatStep.Text last && i + 1 < script.Count && script[i + 1] is ChatStep.Finish finish)
            {
                stream.Say(last.Value);
                yield return Chunk(stream, EventRole.Finish, Choice(stream, new() { ["content"] = last.Value }, finish.Reason)) with { Delay = last.Delay };
                i++;
                continue;
            }

            foreach (var item in EventsOf(stream, script[i]))
            {
                yield return item with { Delay = script[i].Delay };
            }
        }
    }

    /// <summary>The events before the first step.</summary>
    protected virtual IEnumerable<StreamEvent> Prologue(ChatStream stream) => [];

    protected virtual IEnumerable<StreamEvent> EventsOf(ChatStream stream, ChatStep step)
    {
        switch (step)
        {
            case ChatStep.Start:
                return [Chunk(stream, EventRole.Start, Choice(stream, StartDelta(), null))];
            case ChatStep.Text text:
                stream.Say(text.Value);
                return [Chunk(stream, EventRole.Text, Choice(stream, TextDelta(text.Value), null))];
            case ChatStep.Reasoning reasoning:
                stream.Say(reasoning.Value);
                return [Chunk(stream, EventRole.Other, Choice(stream, ReasoningDelta(reasoning), null))];
            case ChatStep.Tool tool:
                return [Chunk(stream, EventRole.Other, Choice(stream, new() { ["tool_calls"] = new JsonArray(ToolDelta(tool)) }, null))];
            case ChatStep.Finish finish:
                return [Chunk(stream, EventRole.Finish, Choice(stream, FinishDelta(), finish.Reason))];
            case ChatStep.Usage when stream.Request.IncludeUsage || stream.Exchange.Scenario.AlwaysUsage:
                return [UsageChunk(stream)];
            case ChatStep.Failure failure:
                return FailureEvents(stream, failure.Message);
            case ChatStep.Done:
                return [StreamEvent.Of(EventRole.Done, "[DONE]")];
            default:
                return [];
        }
    }

    protected virtual JsonObject StartDelta() => new() { ["role"] = "assistant", ["content"] = "" };

    protected virtual JsonObject TextDelta(string text) => new() { ["content"] = text };

    protected virtual JsonObject FinishDelta() => [];

    /// <summary>What tells builds of the server apart.</summary>
    protected virtual string? Fingerprint(ChatStream stream) => "fp_44709d6fcb";

    /// <summary>The name of thinking aloud where only one is in use.</summary>
    protected virtual string ReasoningKey => "reasoning_content";

    private JsonObject ReasoningDelta(ChatStep.Reasoning step)
        => step.BothKeys ? new() { ["reasoning_content"] = step.Value, ["reasoning"] = step.Value } : new() { [ReasoningKey] = step.Value };

    protected virtual JsonObject Choice(ChatStream stream, JsonObject delta, string? finish)
        => new() { ["index"] = 0, ["delta"] = delta, ["logprobs"] = null, ["finish_reason"] = finish };

    /// <summary>What a chunk holds around its choices.</summary>
    protected virtual JsonObject Envelope(ChatStream stream, JsonArray choices, JsonObject? usage)
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
        if (stream.Request.IncludeUsage || usage is not null)
        {
            chunk["usage"] = usage;
        }

        if (stream.Request.IncludeObfuscation && choices.Count > 0)
        {
            chunk["obfuscation"] = stream.Exchange.Token(stream.Exchange.Random.Next(0, 9));
        }

        return chunk;
    }

    protected StreamEvent Chunk(ChatStream stream, EventRole role, JsonObject choice)
        => StreamEvent.Of(role, Envelope(stream, [choice], null));

    protected virtual StreamEvent UsageChunk(ChatStream stream)
        => StreamEvent.Of(EventRole.Usage, Envelope(stream, [], UsageDetails(stream)));

    protected virtual JsonObject UsageDetails(ChatStream stream)
    {
        var usage = stream.Usage();
        usage["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 };
        usage["completion_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 };
        return usage;
    }

    /// <summary>How a failure in the middle is told.</summary>
    protected virtual IEnumerable<StreamEvent> FailureEvents(ChatStream stream, string message)
        => [StreamEvent.Of(EventRole.Error, ErrorBody(new(500, message, "server_error")))];

    protected virtual HttpReply ChatJson(ChatStream stream, IReadOnlyList<ChatStep> script)
    {
        if (script.OfType<ChatStep.Failure>().FirstOrDefault() is { } failure)
        {
            return Shape(stream.Exchange, new(500, failure.Message, "server_error"));
        }

        var answer = WholeAnswer.Of(script);
        stream.Say(answer.Text + answer.Reasoning);
        var choice = new JsonObject { ["index"] = 0, ["message"] = Message(answer), ["logprobs"] = null, ["finish_reason"] = answer.Finish };
        return Json(stream.Exchange, WholeEnvelope(stream, choice));
    }

    protected virtual JsonObject Message(WholeAnswer answer)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = answer.Text };
        if (answer.Reasoning.Length > 0)
        {
            message[ReasoningKey] = answer.Reasoning;
        }

        if (answer.Tools.Count > 0)
        {
            message["content"] = null;
            message["tool_calls"] = new JsonArray([.. answer.Tools.Select(ToolDelta)]);
        }

        return message;
    }

    /// <summary>What a whole answer holds around its choice.</summary>
    protected virtual JsonObject WholeEnvelope(ChatStream stream, JsonObject choice) => new()
    {
        ["id"] = stream.Id,
        ["object"] = "chat.completion",
        ["created"] = stream.Created,
        ["model"] = stream.Model,
        ["choices"] = new JsonArray(choice),
        ["usage"] = UsageDetails(stream),
        ["system_fingerprint"] = Fingerprint(stream),
    };

    protected HttpReply Embeddings(Exchange exchange) => OpenAiEmbeddings.Answer(this, exchange);

    /// <summary>The refusal of a list of inputs; null when it will do.</summary>
    public virtual HttpReply? RefuseInputs(Exchange exchange, IReadOnlyList<string> inputs)
    {
        if (UnknownModel(exchange, OpenAiEmbeddings.ModelOf(exchange)) is { } unknown)
        {
            return unknown;
        }

        if (inputs.Count is 0 or > 2048 || inputs.Any(string.IsNullOrEmpty))
        {
            return Shape(exchange, new(400, "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.", "invalid_request_error"));
        }

        if (inputs.Sum(TokenCount.Of) > MostTokensPerRequest)
        {
            return Shape(exchange, new(400, $"Requested {inputs.Sum(TokenCount.Of)} tokens, max {MostTokensPerRequest} tokens per request", "max_tokens_per_request", "max_tokens_per_request"));
        }

        var longest = inputs.Max(TokenCount.Of);
        return longest > exchange.Options.EmbeddingTokens
            ? Fault(exchange, new(FaultKind.InputTooLarge, "", exchange.Options.EmbeddingTokens) { Given = longest, Request = RequestKind.Embeddings })
            : null;
    }

    protected virtual HttpReply Models(Exchange exchange)
        => Json(exchange, new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. ModelNames(exchange, "gpt-4o-mini", "text-embedding-3-small").Select(name => ModelEntry(exchange, name))]),
        });

    protected virtual JsonObject ModelEntry(Exchange exchange, string name)
        => new() { ["id"] = name, ["object"] = "model", ["created"] = 1_721_172_741, ["owned_by"] = "system" };

    private HttpReply OneModel(Exchange exchange)
    {
        var name = exchange.Request.Path["/v1/models/".Length..];
        return UnknownModel(exchange, name) ?? Json(exchange, ModelEntry(exchange, name));
    }

    private static JsonObject ToolDelta(ChatStep.Tool tool)
    {
        var delta = new JsonObject { ["index"] = tool.Index };
        var function = new JsonObject { ["arguments"] = tool.Arguments };
        if (tool.Id is not null)
        {
            delta["id"] = tool.Id;
            delta["type"] = "function";
            function = new() { ["name"] = tool.Name, ["arguments"] = tool.Arguments };
        }

        delta["function"] = function;
        return delta;
    }

    private static string Masked(string key) => key.Length < 12 ? "****" : $"{key[..3]}****{key[^4..]}";
}
