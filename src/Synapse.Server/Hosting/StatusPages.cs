using Microsoft.AspNetCore.Diagnostics;
using Synapse.Server.Security;

namespace Synapse.Server.Hosting;

/// <summary>Gives a bare status a body: the page for a missing page to people, a problem document to programs.</summary>
internal static class StatusPages
{
    private const string NotFoundPage = "/not-found";

    public static async Task WriteAsync(StatusCodeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var http = context.HttpContext;
        if (!IsMissingPage(http))
        {
            await Problems.WriteStatusAsync(http);
            return;
        }

        var path = http.Request.Path;
        http.Features.Set<IStatusCodeReExecuteFeature>(new StatusCodeReExecuteFeature
        {
            OriginalPathBase = http.Request.PathBase.Value ?? "",
            OriginalPath = path.Value ?? "",
            OriginalQueryString = http.Request.QueryString.Value,
        });
        http.SetEndpoint(null);
        http.Request.RouteValues.Clear();
        http.Request.Path = NotFoundPage;
        try
        {
            // The same way again, sign-in included; the status stays 404.
            await context.Next(http);
        }
        finally
        {
            http.Request.Path = path;
            http.Features.Set<IStatusCodeReExecuteFeature>(null);
        }
    }

    private static bool IsMissingPage(HttpContext http)
        => http.Response.StatusCode == StatusCodes.Status404NotFound
            && HttpMethods.IsGet(http.Request.Method)
            && !ResponseHeaders.IsData(http.Request.Path)
            && http.Request.Path != NotFoundPage
            && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
