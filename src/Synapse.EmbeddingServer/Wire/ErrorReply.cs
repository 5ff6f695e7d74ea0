using System.Globalization;
using System.Text.Json;
using Synapse.Errors;

namespace Synapse.EmbeddingServer.Wire;

/// <summary>Writes errors in the shape of OpenAI's API.</summary>
internal static class ErrorReply
{
    /// <summary>The status of a request whose caller went away; no caller sees it.</summary>
    public const int Abandoned = StatusCodes.Status499ClientClosedRequest;

    /// <summary>What a caller is told of an exception.</summary>
    public static RequestException Of(Exception error) => error switch
    {
        RequestException known => known,
        ModelBusyException busy => new(StatusCodes.Status429TooManyRequests, busy.Code, busy.Message, retryAfter: busy.RetryAfter),
        ModelFailedException failed => new(StatusCodes.Status500InternalServerError, failed.Code, failed.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(StatusCodes.Status413PayloadTooLarge, "request_too_large", "The body is larger than this server takes; SYNAPSE_EMBEDDING_MAX_BODY_BYTES sets the limit. Send fewer or shorter texts at once."),
        BadHttpRequestException bad => new(bad.StatusCode, "bad_request", "The request cannot be read to its end."),
        ObjectDisposedException => new(StatusCodes.Status503ServiceUnavailable, "stopping", "The server is being stopped.", retryAfter: TimeSpan.FromSeconds(5)),
        _ => new(StatusCodes.Status500InternalServerError, "internal_error", "A fault of this server; its log says more."),
    };

    /// <summary>What a caller is told where no handler took the request.</summary>
    public static RequestException OfStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => new(status, "not_found", "There is no such address. There are POST /v1/embeddings, POST /v1/rerank, GET /v1/models, GET /health and GET /metrics."),
        StatusCodes.Status405MethodNotAllowed => new(status, "method_not_allowed", "This address takes another method; the header Allow names it."),
        _ => new(status, "bad_request", "The request cannot be served."),
    };

    /// <summary>Writes an error.</summary>
    public static async Task WriteAsync(HttpContext context, RequestException error)
    {
        var response = context.Response;
        response.StatusCode = error.Status;
        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture);
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(new ErrorResponse(new ErrorBody(error.Message, TypeOf(error.Status), error.Param, error.Code)), ServiceJsonContext.Default.ErrorResponse);
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private static string TypeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        StatusCodes.Status503ServiceUnavailable => "unavailable_error",
        >= StatusCodes.Status500InternalServerError => "server_error",
        _ => "invalid_request_error",
    };
}
