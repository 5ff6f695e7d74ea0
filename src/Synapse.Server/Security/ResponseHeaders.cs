using Synapse.Server.Telemetry;
using Synapse.Web.Hosting;

namespace Synapse.Server.Security;

/// <summary>Sets the headers that tell a browser what a response may do; on every response, errors included.</summary>
internal sealed class ResponseHeaders(RequestDelegate next)
{
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(SetAsync, context);
        return next(context);
    }

    /// <summary>Whether an address is for programs, and no browser has to show what it answers.</summary>
    public static bool IsData(PathString path) => path.StartsWithSegments("/api") || path.StartsWithSegments("/openapi") || path.StartsWithSegments(MetricsEndpoint.Path);

    private static Task SetAsync(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        var isData = IsData(context.Request.Path);
        headers.ContentSecurityPolicy = isData ? DataPolicy : SynapseWeb.ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()";
        if (isData || headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        return Task.CompletedTask;
    }
}
