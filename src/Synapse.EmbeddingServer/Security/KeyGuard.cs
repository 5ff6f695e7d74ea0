using Microsoft.AspNetCore.Authorization;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Wire;

namespace Synapse.EmbeddingServer.Security;

/// <summary>Lets only callers through that bring the key, where there is one.</summary>
internal sealed class KeyGuard(RequestDelegate next, ServiceOptions options)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (options.Key is { } key && context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null && !Brings(context.Request, key))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new RequestException(StatusCodes.Status401Unauthorized, "invalid_api_key", "This server takes requests with its key alone: send 'Authorization: Bearer KEY'.");
        }

        return next(context);
    }

    private static bool Brings(HttpRequest request, ServiceKey key)
        => request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && key.Matches(header[Scheme.Length..].Trim());
}
