using Microsoft.AspNetCore.Diagnostics;

namespace Synapse.Server.Hosting;

/// <summary>Gives a bare status a body: a problem document for programs. Pages write their own.</summary>
internal static class StatusPages
{
    public static Task WriteAsync(StatusCodeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Problems.WriteStatusAsync(context.HttpContext);
    }
}
