using System.Text.Json.Nodes;
using Synapse.Fakes.Answers;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>Scores of texts for a query: the share of the query's words that a text has.</summary>
internal static class Reranking
{
    /// <summary>The form of Jina and Cohere, which llama.cpp and vLLM took over.</summary>
    public static HttpReply Jina(Exchange exchange)
    {
        if (exchange.Json is not JsonObject body || Texts(body["documents"]) is not { } documents || TextOf(body["query"]) is not { } query)
        {
            return exchange.Dialect.Fault(exchange, new(FaultKind.BadBody) { Request = RequestKind.Rerank });
        }

        var most = body["top_n"] is JsonValue value && value.TryGetValue<int>(out var top) ? top : int.MaxValue;
        var results = Ranked(exchange, query, documents).Take(most)
            .Select(hit => (JsonNode)new JsonObject { ["index"] = hit.Index, ["relevance_score"] = hit.Score });
        var tokens = documents.Sum(TokenCount.Of) + documents.Count * TokenCount.Of(query);
        return exchange.Dialect.Json(exchange, new JsonObject
        {
            ["model"] = OpenAiEmbeddings.ModelOf(exchange),
            ["object"] = "list",
            ["usage"] = new JsonObject { ["prompt_tokens"] = tokens, ["total_tokens"] = tokens },
            ["results"] = new JsonArray([.. results]),
        });
    }

    /// <summary>Index and score, best first.</summary>
    public static IEnumerable<(int Index, double Score)> Ranked(Exchange exchange, string query, IReadOnlyList<string> texts)
    {
        var wanted = Words.Telling(query);
        var ranked = texts
            .Select((text, index) => (index, Score: Math.Round((Words.Telling(text).Count(wanted.Contains) + 0.01) / (wanted.Count + 0.02), 6)))
            .OrderByDescending(hit => hit.Score)
            .ThenBy(hit => hit.index)
            .ToList();
        return exchange.Scenario.ChangeRanking?.Invoke(exchange, ranked) ?? ranked;
    }

    public static IReadOnlyList<string>? Texts(JsonNode? node)
        => node is JsonArray list ? [.. list.Select(item => TextOf(item) ?? TextOf(item?["text"]) ?? "")] : null;

    public static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
