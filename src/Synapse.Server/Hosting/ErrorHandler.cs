using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Synapse.Contracts;
using Synapse.Errors;

namespace Synapse.Server.Hosting;

/// <summary>Turns what a request threw into a problem document. This is the one place that knows which error gets which status.</summary>
internal sealed partial class ErrorHandler(ILogger<ErrorHandler> logger) : IExceptionHandler
{
    // A database that is started again, or replaced by its standby, is back about as soon.
    private const int StoreRetrySeconds = 5;

    /// <summary>The status of a kind of error.</summary>
    public static int StatusOf(SynapseErrorKind kind) => kind switch
    {
        SynapseErrorKind.BadInput => StatusCodes.Status400BadRequest,
        SynapseErrorKind.NotFound => StatusCodes.Status404NotFound,
        SynapseErrorKind.Conflict => StatusCodes.Status409Conflict,
        SynapseErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>After how many seconds a request that failed so may go well; null when waiting alone does not help, or nobody knows.</summary>
    public static int? SecondsUntilRetry(Exception error) => error switch
    {
        StoreBusyException or StoreTimeoutException => 1,
        StoreUnavailableException or StoreReadOnlyException => StoreRetrySeconds,
        ProviderException { RetryAfter: { } asked } => (int)Math.Ceiling(asked.TotalSeconds),
        _ => null,
    };

    /// <summary>The problem that stands for an error; faults of the program tell nothing of their inside.</summary>
    public static ProblemResponse ToProblem(Exception error) => error switch
    {
        SynapseException known => new ProblemResponse(StatusOf(known.Kind), known.Title, known.Code, known.Message),
        BadHttpRequestException bad => new ProblemResponse(bad.StatusCode, "Bad request", Problems.CodeOf(bad.StatusCode), Explain(bad)),
        _ => new ProblemResponse(
            StatusCodes.Status500InternalServerError, "Internal error", ErrorCodes.InternalError, "A fault of Synapse. The server's log has the details, under the id of the request."),
    };

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; nobody reads an answer.
            return true;
        }

        var problem = ToProblem(exception);
        var endpoint = httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName ?? "no endpoint";
        if (problem.Status >= StatusCodes.Status500InternalServerError && exception is not SynapseException { Kind: SynapseErrorKind.Unavailable })
        {
            LogFailed(exception, endpoint);
        }
        else
        {
            LogRefused(endpoint, problem.Status, problem.Code!);
        }

        if (SecondsUntilRetry(exception) is { } seconds)
        {
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await Problems.WriteAsync(httpContext, problem.Status, problem.Code!, problem.Detail!, problem.Title);
        return true;
    }

    // The inner message of a JSON error names the path and position, never the content around it.
    private static string Explain(BadHttpRequestException error)
        => error.InnerException is System.Text.Json.JsonException json ? $"The body is not the JSON that is expected here: {json.Message}" : error.Message;

    [LoggerMessage(LogLevel.Error, "{Endpoint} failed")]
    private partial void LogFailed(Exception exception, string endpoint);

    [LoggerMessage(LogLevel.Debug, "{Endpoint} refused with {Status} {Code}")]
    private partial void LogRefused(string endpoint, int status, string code);
}
