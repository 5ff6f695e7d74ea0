using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Net.Http.Headers;

namespace Synapse.Web.Hosting;

/// <summary>Brings the web pages into a host.</summary>
/// <remarks>
/// The host registers <see cref="ICallerScope"/> (scoped), the stores and an answerer, then:
/// <code>
/// builder.Services.AddSynapseWeb();
/// app.UseAuthentication(); app.UseAuthorization(); app.UseAntiforgery();
/// app.MapSynapseWebAssets().AllowAnonymous();
/// app.MapSynapseWebPages().RequireAuthorization();
/// </code>
/// It also sends <see cref="ContentSecurityPolicy"/> with every HTML response.
/// </remarks>
public static class SynapseWeb
{
    /// <summary>Path below which the pages' own files are served.</summary>
    public const string AssetPath = "/_synapse";

    /// <summary>
    /// The Content-Security-Policy that the pages run under: nothing inline, nothing from elsewhere. <c>base-uri</c> is
    /// <c>'self'</c> because Blazor resolves its own addresses against the page's <c>base</c> element.
    /// </summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
        "media-src 'none'; object-src 'none'; frame-src 'none'; worker-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Adds what the pages need.</summary>
    public static IServiceCollection AddSynapseWeb(this IServiceCollection services)
    {
        services.AddScoped<PageScript>();
        services.AddScoped<PageErrors>();
        services.AddSingleton<FirstPaintStore>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddRazorComponents().AddInteractiveServerComponents();
        return services;
    }

    /// <summary>Maps the pages' own files: style sheet, scripts, icon. They hold nothing secret.</summary>
    public static IEndpointConventionBuilder MapSynapseWebAssets(this IEndpointRouteBuilder endpoints)
        => endpoints.MapGet($"{AssetPath}/{{name}}", ReadAsset).ExcludeFromDescription();

    /// <summary>Maps the pages and the circuit that keeps them live. Everything here needs a caller who is signed in.</summary>
    public static IEndpointConventionBuilder MapSynapseWebPages(this IEndpointRouteBuilder endpoints)
        // The host's policy has frame-ancestors already; a second header of Blazor's own would only say it again, and more weakly.
        => endpoints.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);

    private static Results<NotFound, FileContentHttpResult> ReadAsset(string name, HttpRequest request, HttpResponse response, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!WebAsset.All.TryGetValue(name, out var asset))
        {
            return TypedResults.NotFound();
        }

        // An address without the right version may outlive an update, so it has to be asked for anew.
        response.Headers.CacheControl = request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.XContentTypeOptions = "nosniff";
        var compress = request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value == "gzip" && encoding.Quality is null or > 0);
        if (compress)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        return TypedResults.File(
            compress ? asset.Compressed : asset.Content,
            asset.ContentType,
            entityTag: new EntityTagHeaderValue($"\"{asset.Version}{(compress ? "-gzip" : "")}\""));
    }
}
