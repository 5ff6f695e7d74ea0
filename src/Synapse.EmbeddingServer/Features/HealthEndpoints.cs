using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.EmbeddingServer.Serving;
using Synapse.EmbeddingServer.Wire;

namespace Synapse.EmbeddingServer.Features;

/// <summary>Whether the service takes requests; told to everyone, so that whatever watches it needs no key.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app) => app.MapGet("/health", Check).AllowAnonymous();

    private static JsonHttpResult<HealthResponse> Check(HttpResponse response, LoadedModels models)
    {
        if (!models.AreReady)
        {
            response.Headers.RetryAfter = "2";
        }

        return TypedResults.Json(
            new HealthResponse(models.AreReady ? "ready" : "loading"), ReplyJsonContext.Default.HealthResponse, statusCode: models.AreReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
