using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Metering;
using Synapse.EmbeddingServer.Serving;
using Synapse.EmbeddingServer.Wire;

namespace Synapse.EmbeddingServer.Features;

/// <summary>Reranking in the shape that Jina's and Cohere's APIs have in common.</summary>
internal static class RerankEndpoints
{
    private const string Documents = "documents";

    public static void MapReranking(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/rerank", RerankAsync);
        app.MapPost("/rerank", RerankAsync);
    }

    private static async Task<JsonHttpResult<RerankResponse>> RerankAsync(HttpRequest request, LoadedModels models, ServiceOptions options, ServiceMeter meter, CancellationToken cancellationToken)
    {
        models.RefuseWhileLoading();
        var body = await RequestBody.ReadAsync(request, ServiceJsonContext.Default.RerankRequest, cancellationToken);
        var model = models.Find<RerankModel>(body.Model, "rerank");
        var query = body.Query is { Length: > 0 } given ? given : throw RequestException.Invalid("query", "'query' is missing or empty.");
        var texts = Texts(body.Documents, options.MaxInputs);
        var most = body.TopN is null or > 0 ? body.TopN ?? texts.Count : throw RequestException.Invalid("top_n", "'top_n' is at least 1.");

        using var pending = meter.Begin(model);
        var (scores, usage) = await RequestLimits.KeepTokensAsync(() => model.ScoreAsync(query, texts, cancellationToken), Documents);
        pending.Complete(texts.Count, usage.Tokens);
        var results = scores
            .Select((score, index) => new RerankResult(index, body.RawScores is true ? score : Sigmoid(score), body.ReturnDocuments is true ? new RerankDocument(texts[index]) : null))
            .OrderByDescending(result => scores[result.Index])
            .Take(most);
        return TypedResults.Json(new RerankResponse(model.Name, [.. results], new UsageBody(usage.Tokens, usage.Tokens)), ReplyJsonContext.Default.RerankResponse);
    }

    private static float Sigmoid(float score) => 1f / (1f + MathF.Exp(-score));

    private static List<string> Texts(JsonElement documents, int most)
    {
        if (documents.ValueKind is not JsonValueKind.Array)
        {
            throw RequestException.Invalid(Documents, "'documents' should be a list of texts, or of objects with a 'text'.");
        }

        RequestLimits.CheckCount(documents.GetArrayLength(), most, Documents);
        return [.. documents.EnumerateArray().Select(Text)];
    }

    private static string Text(JsonElement element, int index)
    {
        var text = element.ValueKind is JsonValueKind.Object && element.TryGetProperty("text", out var inside) ? inside : element;
        return text.ValueKind is JsonValueKind.String ? RequestBody.Text(text, $"{Documents}[{index}]")
            : throw RequestException.Invalid($"{Documents}[{index}]", "'documents' should be a list of texts, or of objects with a 'text'.");
    }
}
