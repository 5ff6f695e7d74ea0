using System.Text;
using System.Text.Json.Nodes;
using Synapse.Fakes.Answers;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>The manners of one kind of server: its routes, its key, its shapes and its words for failures.</summary>
internal abstract class Dialect
{
    /// <summary>The name in options and on the command line.</summary>
    public abstract string Id { get; }

    /// <summary>The kinds of requests that it works on; scenarios for others make no sense here.</summary>
    public virtual IReadOnlyList<RequestKind> Work => [RequestKind.Chat, RequestKind.Embeddings];

    /// <summary>Whether prompts that are too long are cut in silence rather than refused.</summary>
    public virtual bool CutsLongPrompts => false;

    /// <summary>What the request asks for.</summary>
    public abstract Operation Resolve(RecordedRequest request);

    /// <summary>The refusal for a missing or wrong key; null when the key will do.</summary>
    public abstract HttpReply? Authorize(Exchange exchange);

    /// <summary>A failure in the shape of this dialect.</summary>
    public virtual HttpReply Fault(Exchange exchange, Fault fault) => Shape(exchange, Describe(exchange, fault));

    /// <summary>The words of a failure.</summary>
    public virtual FaultText Describe(Exchange exchange, Fault fault) => FaultWords.Usual(fault);

    /// <summary>Words in the shape of this dialect.</summary>
    public abstract HttpReply Shape(Exchange exchange, FaultText text);

    /// <summary>The headers that say when to come again.</summary>
    public virtual IEnumerable<KeyValuePair<string, string>> RateHeaders(Exchange exchange) => [];

    /// <summary>Headers of every reply.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> UsualHeaders(Exchange exchange) => [];

    /// <summary>How events are framed unless the scenario frames them.</summary>
    protected virtual StreamStyle Style(Exchange exchange) => new();

    /// <summary>A JSON reply.</summary>
    public HttpReply Json(Exchange exchange, JsonNode body, int status = 200, string contentType = "application/json")
        => Text(exchange, JsonText.Of(body), contentType, status);

    /// <summary>A reply of text in one piece.</summary>
    public HttpReply Text(Exchange exchange, string body, string? contentType, int status = 200)
        => new()
        {
            Status = status,
            Headers = [.. contentType is null ? [] : new[] { KeyValuePair.Create("content-type", contentType) }, .. UsualHeaders(exchange)],
            Body = [new(Encoding.UTF8.GetBytes(body))],
        };

    /// <summary>A stream of events, as the scenario changes them.</summary>
    protected HttpReply Stream(Exchange exchange, IEnumerable<StreamEvent> events)
    {
        var style = Style(exchange);
        var changed = exchange.Scenario.ChangeEvents?.Invoke(exchange, events) ?? events;
        style = exchange.Scenario.ChangeStyle?.Invoke(exchange, style) ?? style;
        return new()
        {
            Headers =
            [
                new("content-type", style.JsonLines ? "application/x-ndjson" : "text/event-stream; charset=utf-8"),
                .. UsualHeaders(exchange),
            ],
            Body = StreamFramer.Frame(changed, style),
            Framing = Framing.Chunked,
            IsStream = true,
        };
    }

    /// <summary>The steps of the answer to a request, as the scenario changes them.</summary>
    protected IReadOnlyList<ChatStep> Script(Exchange exchange, ChatRequest request)
    {
        var seen = CutsLongPrompts ? request.CutTo(request.Window ?? exchange.Options.ContextTokens) : request;
        var pieces = AnswerPieces.Of(SensibleAnswer.To(seen.Messages));
        var cut = request.MaxTokens is { } limit && pieces.Count > limit;
        var delay = exchange.Call.Milliseconds("token-ms");
        List<ChatStep> steps =
        [
            new ChatStep.Start { Delay = exchange.Call.Milliseconds("first-token-ms") },
            .. pieces.Take(cut ? request.MaxTokens!.Value : pieces.Count).Select(piece => new ChatStep.Text(piece) { Delay = delay }),
            new ChatStep.Finish(cut ? "length" : "stop"),
            new ChatStep.Usage(),
            new ChatStep.Done(),
        ];
        return exchange.Scenario.ChangeScript?.Invoke(exchange, steps) ?? steps;
    }

    /// <summary>The refusal of a request that names an unknown model or is too long; null when it will do.</summary>
    protected HttpReply? Refuse(Exchange exchange, ChatRequest request)
    {
        if (UnknownModel(exchange, request.Model) is { } unknown)
        {
            return unknown;
        }

        return request.PromptTokens > exchange.Options.ContextTokens && !CutsLongPrompts
            ? Fault(exchange, new(FaultKind.Context, request.Model, exchange.Options.ContextTokens) { Given = request.PromptTokens })
            : null;
    }

    /// <summary>The refusal of an unknown name; null when the name will do.</summary>
    protected virtual HttpReply? UnknownModel(Exchange exchange, string model)
        => exchange.Options.Models.Count > 0 && !exchange.Options.Models.Contains(model)
            ? Fault(exchange, new(FaultKind.Model, model) { Request = exchange.Kind })
            : null;

    /// <summary>The models to list: those of the options, or two that stand for any.</summary>
    protected static IEnumerable<string> ModelNames(Exchange exchange, string chat, string embedding)
        => exchange.Options.Models.Count > 0 ? exchange.Options.Models : [chat, embedding];
}
