using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Synapse.EmbeddingServer.Wire;

/// <summary>Writes embeddings as OpenAI's API does, one after the other, without a copy of them all as text.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="embeddings">The embeddings one after the other.</param>
/// <param name="dimensions">Numbers per embedding.</param>
/// <param name="isBase64">Whether each is one text, the base64 of its 32-bit floats with the low byte first, rather than a list of numbers.</param>
/// <param name="tokens">Tokens that the model read.</param>
internal sealed class EmbeddingsResult(string model, ReadOnlyMemory<float> embeddings, int dimensions, bool isBase64, long tokens) : IResult
{
    private const int FlushBytes = 64 << 10;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var index = 0; index * dimensions < embeddings.Length; index++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", index);
            Write(json, embeddings.Span.Slice(index * dimensions, dimensions));
            json.WriteEndObject();
            if (json.BytesPending + response.BodyWriter.UnflushedBytes > FlushBytes)
            {
                await json.FlushAsync(httpContext.RequestAborted);
                await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
            }
        }

        json.WriteEndArray();
        json.WriteString("model", model);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", tokens);
        json.WriteNumber("total_tokens", tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, ReadOnlySpan<float> embedding)
    {
        if (isBase64)
        {
            json.WriteBase64String("embedding", LittleEndian(embedding));
            return;
        }

        json.WriteStartArray("embedding");
        foreach (var number in embedding)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static ReadOnlySpan<byte> LittleEndian(ReadOnlySpan<float> embedding)
    {
        if (BitConverter.IsLittleEndian)
        {
            return MemoryMarshal.AsBytes(embedding);
        }

        var bytes = new byte[embedding.Length * sizeof(float)];
        for (var i = 0; i < embedding.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), embedding[i]);
        }

        return bytes;
    }
}
