using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Serving;
using Synapse.EmbeddingServer.Wire;

namespace Synapse.EmbeddingServer.Features;

/// <summary>Which models are loaded, and what they take.</summary>
internal static class ModelListEndpoints
{
    public static void MapModelList(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/models", List);

        // Names may hold slashes.
        app.MapGet("/v1/models/{**name}", Find);
    }

    private static JsonHttpResult<ModelListResponse> List(LoadedModels models, ServiceOptions options)
        => TypedResults.Json(new ModelListResponse("list", [.. models.All.Select(model => ToResponse(model, options))]), ReplyJsonContext.Default.ModelListResponse);

    private static JsonHttpResult<ModelResponse> Find(string name, LoadedModels models, ServiceOptions options)
        => TypedResults.Json(ToResponse(models.Find(name), options), ReplyJsonContext.Default.ModelResponse);

    private static ModelResponse ToResponse(ServedModel model, ServiceOptions options)
    {
        var embedding = model as EmbeddingModel;
        return new ModelResponse(
            model.Name, "model", model.LoadedAt.ToUnixTimeSeconds(), "synapse", embedding is null ? "rerank" : "embedding", embedding?.Dimensions, model.MaxTokens,
            options.MaxInputs, options.MaxRequestTokens, model.RunsOnCuda ? "cuda" : "cpu", model.WeightsSha256, embedding?.IsNormalized);
    }
}
