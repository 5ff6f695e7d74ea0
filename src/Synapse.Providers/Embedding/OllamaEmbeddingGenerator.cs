using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Synapse.Providers.Chat;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Embedding;

/// <summary>Embeddings of Ollama by its own API, the only one that can be told not to cut long texts silently.</summary>
internal sealed class OllamaEmbeddingGenerator(ProviderSettings settings, string model, HttpClient http, FailureClassifier classifier, TimeProvider time)
    : GuardedEmbeddingGenerator(settings, model, classifier, time)
{
    private readonly Uri _embed = new($"{settings.Endpoint.AbsoluteUri.TrimEnd('/')}/api/embed");

    protected override async Task<OpenReply> SendAsync(IReadOnlyList<string> inputs, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _embed)
        {
            Content = new ReadOnlyMemoryContent(Body(inputs)) { Headers = { ContentType = new("application/json") } },
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(WireHandler.Json));
        if (Settings.ApiKey is { } key)
        {
            request.Headers.Authorization = new("Bearer", key.Reveal());
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return new(await response.Content.ReadAsStreamAsync(cancellationToken), response);
    }

    private ReadOnlyMemory<byte> Body(IReadOnlyList<string> inputs)
    {
        var buffer = new ArrayBufferWriter<byte>(16 << 10);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("model", Model);
        json.WriteStartArray("input");
        foreach (var input in inputs)
        {
            json.WriteStringValue(input);
        }

        json.WriteEndArray();
        json.WriteBoolean("truncate", false);
        if (Settings.EmbeddingDimensions is { } dimensions)
        {
            json.WriteNumber("dimensions", dimensions);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
