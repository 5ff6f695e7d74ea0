using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Server.Security;

namespace Synapse.Server.Features.ApiExplorer;

/// <summary>A page to try the API, made from the OpenAPI document. It keeps to the policy of all pages: no inline code, nothing from elsewhere.</summary>
internal static class ApiExplorerEndpoints
{
    private const string Page = "/api-explorer";

    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        ["explorer.html"] = "text/html; charset=utf-8",
        ["explorer.js"] = "text/javascript; charset=utf-8",
        ["explorer.css"] = "text/css; charset=utf-8",
    };

    public static void MapApiExplorer(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup(Page).RequireAuthorization(Policies.Page).ExcludeFromDescription();
        group.MapGet("/", GetPage);
        group.MapGet("/{file}", GetFile);
    }

    private static Results<FileStreamHttpResult, NotFound> GetPage(CancellationToken cancellationToken) => GetFile("explorer.html", cancellationToken);

    private static Results<FileStreamHttpResult, NotFound> GetFile(string file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ContentTypes.TryGetValue(file, out var type)
            ? TypedResults.Stream(Assembly.GetExecutingAssembly().GetManifestResourceStream($"api-explorer/{file}")!, type)
            : TypedResults.NotFound();
    }
}
