using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Synapse.Server.Security;

namespace Synapse.Server.Telemetry;

/// <summary>
/// Gives each request an id, which is that of its trace: it is in the response's header, in every problem, in every line of the log that the request causes, and in its
/// spans. The span gets a name and attributes of fixed sets.
/// </summary>
internal sealed partial class RequestTrace(RequestDelegate next, ILogger<RequestTrace> logger)
{
    /// <summary>The header that tells the id.</summary>
    public const string Header = "X-Request-Id";

    /// <summary>What marks spans that are not worth keeping.</summary>
    public const string Unmarked = "synapse.unmarked";

    /// <summary>All attributes of a request's span.</summary>
    public static readonly string[] Attributes = ["http.request.method", "http.route", "http.response.status_code", "error.type", "url.scheme", "network.protocol.version"];

    public async Task InvokeAsync(HttpContext context)
    {
        // The web server begins one where anything listens; there is none where the log is off and nothing is exported.
        using var own = Activity.Current is null ? new Activity("request").Start() : null;
        var id = Activity.Current!.TraceId.ToHexString();
        context.TraceIdentifier = id;
        context.Response.OnStarting(
            static state =>
            {
                var http = (HttpContext)state;
                http.Response.Headers[Header] = http.TraceIdentifier;
                return Task.CompletedTask;
            },
            context);

        var started = Stopwatch.GetTimestamp();
        var activity = context.Features.Get<IHttpActivityFeature>()?.Activity;
        try
        {
            await next(context);
        }
        finally
        {
            // Whoever handles an error takes the endpoint away.
            var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
            var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText;
            if (activity is { IsAllDataRequested: true })
            {
                Describe(activity, context, route);
            }

            LogAnswered(MethodOf(context), route, context.Response.StatusCode, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
    }

    private static void Describe(Activity activity, HttpContext context, string? route)
    {
        var method = MethodOf(context);
        activity.DisplayName = route is null ? method : $"{method} /{route.TrimStart('/')}";
        activity.SetTag("http.request.method", method);
        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
        {
            activity.SetTag("error.type", context.Response.StatusCode.ToString(CultureInfo.InvariantCulture));
        }

        // Pages, their files, probes and scrapes come every few seconds and say nothing.
        if (!ResponseHeaders.IsData(context.Request.Path) || context.Request.Path.StartsWithSegments("/api/health") || context.Request.Path.StartsWithSegments(MetricsEndpoint.Path))
        {
            activity.SetCustomProperty(Unmarked, Unmarked);
        }
    }

    private static string MethodOf(HttpContext context)
        => context.Request.Method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD" or "OPTIONS" ? context.Request.Method : "_OTHER";

    [LoggerMessage(LogLevel.Debug, "{Method} {Route} answered {Status} in {ElapsedMs:0.0} ms")]
    private partial void LogAnswered(string method, string? route, int status, double elapsedMs);
}
