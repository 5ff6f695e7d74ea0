using Synapse.EmbeddingServer.Wire;

namespace Synapse.EmbeddingServer.Metering;

/// <summary>Around every request: gives each failure its reply, counts, and logs what failed, without anything of what was sent.</summary>
internal sealed partial class RequestOutcome(RequestDelegate next, ServiceMeter meter, TimeProvider timeProvider, ILogger<RequestOutcome> logger)
{
    private const string OtherRoute = "other";

    public async Task InvokeAsync(HttpContext context)
    {
        var start = timeProvider.GetTimestamp();
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        var code = await AnswerAsync(context);
        var (route, status, elapsed) = (RouteOf(context), context.Response.StatusCode, timeProvider.GetElapsedTime(start));
        meter.Count(route, status, elapsed);
        if (code is not null)
        {
            LogFailed(route, status, code, elapsed.TotalMilliseconds);
        }
    }

    /// <returns>The code of the error; null when there was none.</returns>
    private async Task<string?> AnswerAsync(HttpContext context)
    {
        try
        {
            await next(context);
            return context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } response ? await WriteAsync(context, ErrorReply.OfStatus(response.StatusCode)) : null;
        }
        catch (Exception error) when (context.RequestAborted.IsCancellationRequested || !context.Response.HasStarted)
        {
            return await AnswerAsync(context, error);
        }
    }

    private async Task<string> AnswerAsync(HttpContext context, Exception error)
    {
        if (context.RequestAborted.IsCancellationRequested || error is IOException and not BadHttpRequestException)
        {
            // Nobody reads a reply any more, and what failed failed because of that; the connection alone is read and written here.
            return Abandon(context);
        }

        var reply = ErrorReply.Of(error);
        if (reply.Status == StatusCodes.Status500InternalServerError)
        {
            LogFault(error);
        }

        return await WriteAsync(context, reply);
    }

    private static async Task<string> WriteAsync(HttpContext context, RequestException error)
    {
        try
        {
            await ErrorReply.WriteAsync(context, error);
            return error.Code;
        }
        catch (OperationCanceledException)
        {
            return Abandon(context);
        }
    }

    private static string Abandon(HttpContext context)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = ErrorReply.Abandoned;
        }

        return "abandoned";
    }

    // Addresses that are nobody's are not told apart: callers could make as many as they like, with anything in them.
    private static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? OtherRoute;

    [LoggerMessage(LogLevel.Warning, "{Route} failed: {Status} {Code} after {ElapsedMs:0} ms")]
    private partial void LogFailed(string route, int status, string code, double elapsedMs);

    [LoggerMessage(LogLevel.Error, "A request failed by a fault of this server or its model")]
    private partial void LogFault(Exception error);
}
