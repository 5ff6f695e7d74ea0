using System.Numerics.Tensors;
using System.Text.Json;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Metering;
using Synapse.EmbeddingServer.Serving;
using Synapse.EmbeddingServer.Wire;
using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Features;

/// <summary>Embeddings in the shape of OpenAI's API.</summary>
internal static class EmbeddingEndpoints
{
    private const string Input = "input";

    public static void MapEmbeddings(this IEndpointRouteBuilder app) => app.MapPost("/v1/embeddings", EmbedAsync);

    private static async Task<EmbeddingsResult> EmbedAsync(HttpRequest request, LoadedModels models, ServiceOptions options, ServiceMeter meter, CancellationToken cancellationToken)
    {
        models.RefuseWhileLoading();
        var body = await RequestBody.ReadAsync(request, ServiceJsonContext.Default.EmbeddingRequest, cancellationToken);
        var model = models.Find<EmbeddingModel>(body.Model, "embed");
        var texts = Texts(body.Input, options.MaxInputs);
        var (side, isBase64, dimensions) = (Side(body.InputType), IsBase64(body.EncodingFormat), Dimensions(body.Dimensions, model));

        using var pending = meter.Begin(model);
        var (embeddings, usage) = await RequestLimits.KeepTokensAsync(() => model.EmbedAsync(texts, side, cancellationToken), Input);
        pending.Complete(texts.Count, usage.Tokens);
        return new EmbeddingsResult(model.Name, Shorten(embeddings, model, dimensions), dimensions, isBase64, usage.Tokens);
    }

    private static List<string> Texts(JsonElement input, int most)
    {
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                return [RequestBody.Text(input, Input)];
            case JsonValueKind.Array:
                RequestLimits.CheckCount(input.GetArrayLength(), most, Input);
                return [.. input.EnumerateArray().Select(Text)];
            case JsonValueKind.Undefined or JsonValueKind.Null:
                throw RequestException.Invalid(Input, "'input' is missing: send a text or a list of texts.");
            default:
                throw RequestException.Invalid(Input, "'input' should be a text or a list of texts.");
        }
    }

    private static string Text(JsonElement element, int index) => element.ValueKind switch
    {
        JsonValueKind.String => RequestBody.Text(element, $"{Input}[{index}]"),
        JsonValueKind.Number or JsonValueKind.Array => throw RequestException.Invalid(Input, "Lists of token numbers are not taken: they mean nothing without their tokenizer. Send texts."),
        _ => throw RequestException.Invalid($"{Input}[{index}]", "'input' should be a text or a list of texts."),
    };

    private static TextSide Side(string? inputType) => inputType switch
    {
        null => TextSide.Plain,
        "query" => TextSide.Query,
        "passage" => TextSide.Passage,
        _ => throw RequestException.Invalid("input_type", "'input_type' is 'query' or 'passage', or left out."),
    };

    private static bool IsBase64(string? format) => format switch
    {
        null or "float" => false,
        "base64" => true,
        _ => throw RequestException.Invalid("encoding_format", "'encoding_format' is 'float' or 'base64'."),
    };

    private static int Dimensions(int? asked, EmbeddingModel model)
        => asked is null || (asked >= 1 && asked <= model.Dimensions) ? asked ?? model.Dimensions
            : throw RequestException.Invalid("dimensions", $"The model has {model.Dimensions} dimensions: ask for 1 to {model.Dimensions}.");

    /// <summary>Keeps the leading numbers of each embedding; those of unit length get unit length again.</summary>
    private static ReadOnlyMemory<float> Shorten(float[] embeddings, EmbeddingModel model, int dimensions)
    {
        if (dimensions == model.Dimensions)
        {
            return embeddings;
        }

        var count = embeddings.Length / model.Dimensions;
        for (var i = 0; i < count; i++)
        {
            var shortened = embeddings.AsSpan(i * dimensions, dimensions);
            embeddings.AsSpan(i * model.Dimensions, dimensions).CopyTo(shortened);
            if (model.IsNormalized && TensorPrimitives.Norm<float>(shortened) is > 0 and var length)
            {
                TensorPrimitives.Divide(shortened, length, shortened);
            }
        }

        return embeddings.AsMemory(0, count * dimensions);
    }
}
