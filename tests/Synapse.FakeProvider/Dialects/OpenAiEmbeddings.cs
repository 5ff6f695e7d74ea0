using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Synapse.Fakes.Answers;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>Embeddings in OpenAI's form, as most servers give them.</summary>
internal static class OpenAiEmbeddings
{
    public static string ModelOf(Exchange exchange)
        => exchange.Json is JsonObject body && body["model"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : "";

    public static HttpReply Answer(OpenAiDialect dialect, Exchange exchange)
    {
        if (exchange.Json is not JsonObject body || Inputs(body["input"]) is not { } inputs)
        {
            return dialect.Fault(exchange, new(FaultKind.BadBody) { Request = RequestKind.Embeddings });
        }

        if (dialect.RefuseInputs(exchange, inputs) is { } refusal)
        {
            return refusal;
        }

        var model = ModelOf(exchange);
        var rows = Rows(exchange, inputs, Dimensions(exchange, model, body));

        // Read only now: a scenario may have changed it.
        var base64 = body["encoding_format"] is JsonValue format && format.TryGetValue<string>(out var name) && name == "base64";
        var tokens = inputs.Sum(TokenCount.Of);
        var data = string.Join(',', rows.Select(row => $$"""{"object":"embedding","index":{{row.Index}},"embedding":{{Value(row, base64)}}}"""));
        var modelText = Streams.JsonText.Of(JsonValue.Create(model));
        var text = $$$"""{"object":"list","data":[{{{data}}}],"model":{{{modelText}}},"usage":{"prompt_tokens":{{{tokens}}},"total_tokens":{{{tokens}}}}}""";
        return dialect.Text(exchange, text, "application/json");
    }

    /// <summary>The rows of the reply, as the scenario changes them.</summary>
    public static IReadOnlyList<EmbeddingRow> Rows(Exchange exchange, IReadOnlyList<string> inputs, int dimensions)
    {
        IReadOnlyList<EmbeddingRow> rows = [.. inputs.Select((input, i) => new EmbeddingRow(i, WordEmbedding.Of(input, dimensions)))];
        return exchange.Scenario.ChangeEmbeddings?.Invoke(exchange, rows) ?? rows;
    }

    /// <summary>A string, or a list of strings; null for anything else.</summary>
    public static IReadOnlyList<string>? Inputs(JsonNode? input) => input switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        JsonArray list when list.All(item => item is JsonValue value && value.TryGetValue<string>(out _)) => [.. list.Select(item => item!.GetValue<string>())],
        _ => null,
    };

    /// <summary>The length that is asked for, else the one of the options, else the one that the model is known for.</summary>
    public static int Dimensions(Exchange exchange, string model, JsonObject body)
        => body["dimensions"] is JsonValue value && value.TryGetValue<int>(out var wanted) && wanted > 0
            ? wanted
            : exchange.Options.EmbeddingDimensions ?? KnownDimensions(model);

    /// <summary>One embedding as a JSON value.</summary>
    public static string Value(EmbeddingRow row, bool base64)
    {
        if (base64)
        {
            return $"\"{Convert.ToBase64String(MemoryMarshal.AsBytes<float>(row.Values))}\"";
        }

        var numbers = row.Values.Select((value, i) => i == 0 && row.FirstLiteral is { } literal ? literal : value.ToString("R", CultureInfo.InvariantCulture));
        return $"[{string.Join(',', numbers)}]";
    }

    private static int KnownDimensions(string model) => model switch
    {
        _ when model.Contains("3-large", StringComparison.Ordinal) => 3072,
        _ when model.Contains("3-small", StringComparison.Ordinal) || model.Contains("ada-002", StringComparison.Ordinal) => 1536,
        _ when model.Contains("nomic", StringComparison.Ordinal) => 768,
        _ => 384,
    };
}
