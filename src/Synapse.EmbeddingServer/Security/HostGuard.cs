using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Wire;

namespace Synapse.EmbeddingServer.Security;

/// <summary>
/// Turns away what a web page in a browser could send to a service on loopback: requests under another host's name (DNS rebinding) and requests
/// from another origin.
/// </summary>
internal sealed class HostGuard(RequestDelegate next, ServiceOptions options)
{
    private readonly HashSet<string>? _hosts = options.IsLoopback || options.AllowedHosts.Count > 0
        ? new(["localhost", "127.0.0.1", "[::1]", .. options.Address is { } address ? [$"{address}"] : Array.Empty<string>(), .. options.AllowedHosts], StringComparer.OrdinalIgnoreCase)
        : null;

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (_hosts is not null && !_hosts.Contains(request.Host.Host))
        {
            throw new RequestException(StatusCodes.Status403Forbidden, "host_not_allowed", "This server does not answer for that host name. Use localhost or 127.0.0.1, or name the host in SYNAPSE_EMBEDDING_ALLOWED_HOSTS.");
        }

        // Only browsers send it, and this server has no pages.
        if (request.Headers.Origin.Count > 0 || request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            throw new RequestException(StatusCodes.Status403Forbidden, "origin_not_allowed", "Pages in a browser cannot use this server; programs can.");
        }

        return next(context);
    }
}
