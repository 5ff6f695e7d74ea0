using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Diagnosis;

/// <summary>Whether a model puts the fitting text before the other.</summary>
internal sealed class RerankCheck(ProviderProbe probe, string model)
{
    private const string Query = "When do cats sleep?";
    private static readonly string[] Texts = ["The invoice is due within thirty days.", "Cats sleep most of the day."];

    public async Task<Finding> RankAsync(CancellationToken cancellationToken)
    {
        var kind = await probe.Connection.Discovery.FindKindAsync(cancellationToken);
        var scores = await probe.UseAsync(model, async () =>
        {
            var begun = probe.Time.GetTimestamp();
            return (await SendAsync(kind == ProviderKind.TextEmbeddingsInference, cancellationToken), 0L, 0L, probe.Time.GetElapsedTime(begun));
        });
        return scores is not [var unfit, var fit]
            ? Finding.Failed(FindingCodes.RerankWrong, "The reply holds no score for each text.", $"Check that the server runs a reranker and that its address has /rerank; {probe.Words.Endpoint} names the server.")
            : fit > unfit
                ? Finding.Ok(FindingCodes.Reranks, string.Create(CultureInfo.InvariantCulture, $"'{model}' ranks; the fitting text has {fit:0.###}, the other {unfit:0.###}."))
                : Finding.Warning(FindingCodes.RerankWrong, $"'{model}' puts a text that does not fit before one that does.", "Check that the model is a reranker; an embedding or chat model ranks by chance.");
    }

    private async Task<double[]?> SendAsync(bool isTei, CancellationToken cancellationToken)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Reranking, []);
        var root = probe.Settings.Endpoint.AbsoluteUri.TrimEnd('/');
        var address = isTei || root.EndsWith("/v1", StringComparison.Ordinal) ? $"{root}/rerank" : $"{root}/v1/rerank";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address)) { Content = new ReadOnlyMemoryContent(Body(isTei)) { Headers = { ContentType = new("application/json") } } };
        request.Headers.Accept.Add(new(WireHandler.Json));
        if (probe.Settings.ApiKey is { } key)
        {
            request.Headers.Authorization = new("Bearer", key.Reveal());
        }

        using var response = await probe.Connection.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = await BodyReader.ReadAsync(stream, WireLimits.Discovery, cancellationToken);
        return body is null ? null : Read(body.Bytes, isTei);
    }

    private ReadOnlyMemory<byte> Body(bool isTei)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("query", Query);
        json.WriteStartArray(isTei ? "texts" : "documents");
        foreach (var text in Texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    // Sorted by score, so that only the index tells which text a score is of.
    private static double[]? Read(ReadOnlyMemory<byte> body, bool isTei)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var list = isTei ? document.RootElement : document.RootElement.GetProperty("results");
            var scores = new double[Texts.Length];
            var seen = 0;
            foreach (var entry in list.EnumerateArray())
            {
                scores[entry.GetProperty("index").GetInt32()] = entry.GetProperty(isTei ? "score" : "relevance_score").GetDouble();
                seen++;
            }

            return seen == Texts.Length ? scores : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
