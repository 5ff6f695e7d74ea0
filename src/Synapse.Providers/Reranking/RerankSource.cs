using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Synapse.Errors;
using Synapse.Providers.Configuration;
using Synapse.Providers.Policy;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Reranking;

/// <summary>
/// One request for scores to one provider, in the shape that its server speaks: <c>texts</c> and a bare list for text-embeddings-inference; <c>documents</c> and
/// <c>results</c> for all others (Jina, Cohere, vLLM and llama.cpp agree on what is used here).
/// </summary>
internal static class RerankSource
{
    /// <summary>Asks for the scores of some texts.</summary>
    /// <returns>A score for each text, in their order.</returns>
    /// <exception cref="WireException">The server failed, or its reply has no score for each text.</exception>
    public static async Task<double[]> SendAsync(
        ProviderConnection connection, string model, string query, IReadOnlyList<ReadOnlyMemory<char>> texts, CancellationToken cancellationToken)
    {
        var isTei = await connection.Discovery.FindKindAsync(cancellationToken) == ProviderKind.TextEmbeddingsInference;
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(connection.Settings.Endpoint, isTei))
        {
            Content = new ReadOnlyMemoryContent(Body(model, query, texts, isTei)) { Headers = { ContentType = new("application/json") } },
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(WireHandler.Json));
        if (connection.Settings.ApiKey is { } key)
        {
            request.Headers.Authorization = new("Bearer", key.Reveal());
        }

        using var response = await connection.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = await BodyReader.ReadAsync(stream, WireLimits.Discovery, cancellationToken);
        return (body is null ? null : Read(body.Bytes, texts.Count, isTei))
            ?? throw new WireException(new(ProviderFailure.Protocol, "scores missing", $"the reply holds no score for each of the {texts.Count} texts"));
    }

    /// <summary>Where reranking is: below a version of the API when the endpoint names one, else below <c>/v1</c>; text-embeddings-inference has it at its root.</summary>
    public static Uri AddressOf(Uri endpoint, bool isTei)
    {
        var root = endpoint.AbsoluteUri.TrimEnd('/');
        var last = root[(root.LastIndexOf('/') + 1)..];
        var isVersion = last is ['v', .. var number] && number.Length > 0 && number.All(char.IsAsciiDigit);
        return new Uri(isTei || isVersion ? $"{root}/rerank" : $"{root}/v1/rerank");
    }

    private static ReadOnlyMemory<byte> Body(string model, string query, IReadOnlyList<ReadOnlyMemory<char>> texts, bool isTei)
    {
        var buffer = new ArrayBufferWriter<byte>(16 << 10);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("query", query);
        json.WriteStartArray(isTei ? "texts" : "documents");
        foreach (var text in texts)
        {
            json.WriteStringValue(text.Span);
        }

        json.WriteEndArray();
        if (isTei)
        {
            json.WriteBoolean("truncate", true);
        }
        else
        {
            // Some return the best few unless they are told.
            json.WriteNumber("top_n", texts.Count);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    // Sorted by score, so that only the index tells which text a score is of.
    private static double[]? Read(ReadOnlyMemory<byte> body, int count, bool isTei)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var list = isTei ? document.RootElement : document.RootElement.GetProperty("results");
            var scores = new double[count];
            var seen = new bool[count];
            foreach (var entry in list.EnumerateArray())
            {
                var index = entry.GetProperty("index").GetInt32();
                scores[index] = entry.GetProperty(isTei ? "score" : "relevance_score").GetDouble();
                seen[index] = true;
            }

            return Array.TrueForAll(seen, static was => was) ? scores : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
