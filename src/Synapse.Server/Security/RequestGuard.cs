using System.Net;
using System.Net.Sockets;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Server.Security;

/// <summary>
/// Turns away what a web page in the user's browser could send to a server on loopback: requests under another host's name (DNS rebinding)
/// and requests from another origin. It runs before anything else looks at the request.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, ServerOptions options)
{
    private readonly HashSet<string> _hosts = new(["localhost", "127.0.0.1", "[::1]", .. options.AllowedHosts, .. OwnHosts(options)], StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!_hosts.Contains(request.Host.Host))
        {
            return Problems.WriteAsync(context, StatusCodes.Status403Forbidden, ErrorCodes.HostNotAllowed,
                "This server does not answer for that host name. Use localhost or 127.0.0.1, or name the host in Synapse:Server:AllowedHosts.");
        }

        // A proxy takes the encryption off; the browser's own view of its address is what origins and cookies go by.
        if (options.PublicUrl is { } url && string.Equals(request.Host.Value, url.Authority, StringComparison.OrdinalIgnoreCase))
        {
            request.Scheme = url.Scheme;
        }

        // A browser names the origin of every request that a page of another origin sends, and of every state-changing and WebSocket request.
        if (request.Headers.Origin is { Count: > 0 } origin && !IsOwn(origin.ToString(), request) && !IsOwnForm(request))
        {
            return RefuseOriginAsync(context);
        }

        if (IsCrossSite(request) && !(HttpMethods.IsGet(request.Method) && IsNavigation(request)))
        {
            return RefuseOriginAsync(context);
        }

        if (IsWebSocket(request) && request.Headers.Origin.Count == 0)
        {
            return RefuseOriginAsync(context);
        }

        return next(context);
    }

    /// <summary>Whether the request changes state by its method.</summary>
    public static bool ChangesState(HttpRequest request)
        => !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));

    /// <summary>Whether the request shows that it comes from a page of this server.</summary>
    public static bool ShowsOwnOrigin(HttpRequest request)
        => IsOwn(request.Headers.Origin.ToString(), request) || request.Headers["Sec-Fetch-Site"] == "same-origin";

    public static Task RefuseOriginAsync(HttpContext context)
        => Problems.WriteAsync(context, StatusCodes.Status403Forbidden, ErrorCodes.OriginNotAllowed,
            "The request comes from a page of another origin, or does not show that it comes from this one.");

    private static IEnumerable<string> OwnHosts(ServerOptions options)
    {
        if (options.PublicUrl is { } url)
        {
            yield return url.Host;
        }

        if (options.Host is { } host && !host.Equals(IPAddress.Any) && !host.Equals(IPAddress.IPv6Any))
        {
            yield return host.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]" : $"{host}";
        }
    }

    private static bool IsOwn(string origin, HttpRequest request)
        => string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);

    // Under "Referrer-Policy: no-referrer" a browser writes the origin of a form as "null", and says here alone where it comes from.
    private static bool IsOwnForm(HttpRequest request)
        => request.Headers.Origin == "null" && request.Headers["Sec-Fetch-Site"] == "same-origin";

    private static bool IsCrossSite(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";

    private static bool IsNavigation(HttpRequest request)
        => request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document";

    private static bool IsWebSocket(HttpRequest request)
        => request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);
}
