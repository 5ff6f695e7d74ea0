using System.Globalization;
using System.Text.Json.Nodes;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>Hugging Face's text-embeddings-inference: embeddings and scores, no answers.</summary>
internal sealed class TeiDialect : OpenAiDialect
{
    private const int MaxBatch = 32;
    private const int MaxBodyBytes = 2_000_000;
    private const string Model = "BAAI/bge-small-en-v1.5";

    public override string Id => "tei";

    public override IReadOnlyList<RequestKind> Work => [RequestKind.Embeddings, RequestKind.Rerank];

    public override Operation Resolve(RecordedRequest request) => (request.Method, request.Path) switch
    {
        ("POST", "/v1/embeddings" or "/embeddings") => new(RequestKind.Embeddings, exchange => TooManyBytes(exchange) ?? Embeddings(exchange)),
        ("POST", "/embed") => new(RequestKind.Embeddings, exchange => TooManyBytes(exchange) ?? Embed(exchange)),
        ("POST", "/rerank") => new(RequestKind.Rerank, exchange => TooManyBytes(exchange) ?? Rerank(exchange)),
        ("POST", "/tokenize") => new(RequestKind.Discovery, Tokenize),
        ("GET", "/info") => new(RequestKind.Discovery, Info),
        ("GET", "/health" or "/ping" or "/") => new(RequestKind.Health, exchange => Text(exchange, "", null), Public: true),
        _ => new(RequestKind.Unknown, exchange => Text(exchange, "", null, 404), Public: true),
    };

    public override HttpReply? Authorize(Exchange exchange)
        => exchange.Options.Key is not { } key || exchange.Request.Header("Authorization") == $"Bearer {key}" ? null : Fault(exchange, new(FaultKind.Key));

    public override FaultText Describe(Exchange exchange, Fault fault) => fault.Kind switch
    {
        FaultKind.Context or FaultKind.InputTooLarge => new(422, $"`inputs` must have less than {fault.Limit} tokens. Given: {fault.Given}", "Validation"),
        FaultKind.Batch => new(422, $"batch size {fault.Given} > maximum allowed batch size {fault.Limit}", "Validation"),
        FaultKind.Backend or FaultKind.NotSupported => new(424, "Backend error: model is not an embedding model", "Backend"),
        FaultKind.RateLimit or FaultKind.Busy => new(429, "Model is overloaded", "Overloaded"),
        FaultKind.Loading => new(503, "unhealthy", "Unhealthy"),
        FaultKind.Server => new(500, "Backend error: inference failed", "Backend"),
        _ => FaultWords.Usual(fault) with { Type = "Validation" },
    };

    public override HttpReply Fault(Exchange exchange, Fault fault) => fault.Kind switch
    {
        FaultKind.Key => Text(exchange, "", null, 401),
        FaultKind.BadBody => Text(exchange, "Failed to parse the request body as JSON: expected value at line 1 column 1", "text/plain; charset=utf-8", 400),
        _ => base.Fault(exchange, fault),
    };

    public override HttpReply Shape(Exchange exchange, FaultText text)
        => exchange.Request.Path.EndsWith("/embeddings", StringComparison.Ordinal)
            ? Json(exchange, new JsonObject { ["message"] = text.Message, ["code"] = text.Status, ["type"] = text.Type }, text.Status)
            : Json(exchange, new JsonObject { ["error"] = text.Message, ["error_type"] = text.Type }, text.Status);

    public override IEnumerable<KeyValuePair<string, string>> RateHeaders(Exchange exchange) => [];

    public override HttpReply? RefuseInputs(Exchange exchange, IReadOnlyList<string> inputs) => inputs.Count switch
    {
        0 => Shape(exchange, new(400, "`inputs` cannot be empty", "Empty")),
        > MaxBatch => Fault(exchange, new(FaultKind.Batch, "", MaxBatch) { Given = inputs.Count }),
        _ => null,
    };

    protected override IEnumerable<KeyValuePair<string, string>> UsualHeaders(Exchange exchange) =>
    [
        new("x-compute-type", "cpu"),
        new("x-compute-time", "3"),
        new("x-compute-characters", exchange.Request.Body.Length.ToString(CultureInfo.InvariantCulture)),
        new("x-compute-tokens", (exchange.Request.Body.Length / 4).ToString(CultureInfo.InvariantCulture)),
        new("x-total-time", "3"),
        new("x-tokenization-time", "0"),
        new("x-queue-time", "0"),
        new("x-inference-time", "3"),
    ];

    // The name in the request is ignored: it runs one model.
    protected override HttpReply? UnknownModel(Exchange exchange, string model) => null;

    private HttpReply? TooManyBytes(Exchange exchange)
        => exchange.Request.Body.Length > MaxBodyBytes
            ? Text(exchange, "Failed to buffer the request body: length limit exceeded", "text/plain; charset=utf-8", 413)
            : null;

    private HttpReply Embed(Exchange exchange)
    {
        if (exchange.Json is not JsonObject body || OpenAiEmbeddings.Inputs(body["inputs"]) is not { } inputs)
        {
            return Fault(exchange, new(FaultKind.BadBody));
        }

        if (RefuseInputs(exchange, inputs) is { } refusal)
        {
            return refusal;
        }

        var longest = inputs.Max(TokenCount.Of);
        if (body["truncate"] is JsonValue value && value.TryGetValue<bool>(out var truncate) && !truncate && longest > exchange.Options.EmbeddingTokens)
        {
            return Fault(exchange, new(FaultKind.InputTooLarge, "", exchange.Options.EmbeddingTokens) { Given = longest });
        }

        var rows = OpenAiEmbeddings.Rows(exchange, inputs, OpenAiEmbeddings.Dimensions(exchange, "", body)).OrderBy(row => row.Index);
        return Text(exchange, $"[{string.Join(',', rows.Select(row => OpenAiEmbeddings.Value(row, base64: false)))}]", "application/json");
    }

    private HttpReply Rerank(Exchange exchange)
    {
        if (exchange.Json is not JsonObject body || Reranking.Texts(body["texts"]) is not { } texts || Reranking.TextOf(body["query"]) is not { } query)
        {
            return Fault(exchange, new(FaultKind.BadBody));
        }

        if (RefuseInputs(exchange, texts) is { } refusal)
        {
            return refusal;
        }

        var hits = Reranking.Ranked(exchange, query, texts).Select(hit => (JsonNode)new JsonObject { ["index"] = hit.Index, ["score"] = hit.Score });
        return Json(exchange, new JsonArray([.. hits]));
    }

    private HttpReply Tokenize(Exchange exchange)
    {
        var inputs = OpenAiEmbeddings.Inputs(exchange.Json?["inputs"]) ?? [];
        var lists = inputs.Select(input => (JsonNode)new JsonArray([.. Tokenizing.Ids(input).Select((id, i) => new JsonObject
        {
            ["id"] = id!.GetValue<int>(),
            ["text"] = input.Substring(i * 4, Math.Min(4, input.Length - i * 4)),
            ["special"] = false,
            ["start"] = i * 4,
            ["stop"] = Math.Min(i * 4 + 4, input.Length),
        })]));
        return Json(exchange, new JsonArray([.. lists]));
    }

    private HttpReply Info(Exchange exchange) => Json(exchange, new JsonObject
    {
        ["model_id"] = exchange.Options.Models.FirstOrDefault() ?? Model,
        ["model_sha"] = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a",
        ["model_dtype"] = "float32",
        ["model_type"] = new JsonObject { ["embedding"] = new JsonObject { ["pooling"] = "cls" } },
        ["max_concurrent_requests"] = 512,
        ["max_input_length"] = exchange.Options.EmbeddingTokens,
        ["max_batch_tokens"] = 16384,
        ["max_batch_requests"] = null,
        ["max_client_batch_size"] = MaxBatch,
        ["auto_truncate"] = true,
        ["tokenization_workers"] = 2,
        ["version"] = "1.8.2",
    });
}
