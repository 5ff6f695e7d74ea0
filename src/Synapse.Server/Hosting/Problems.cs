using Microsoft.AspNetCore.WebUtilities;
using Synapse.Contracts;

namespace Synapse.Server.Hosting;

/// <summary>Writes problem documents, all with the same members.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>The code of a status that no exception stands behind.</summary>
    public static string CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => ErrorCodes.BadRequest,
        StatusCodes.Status401Unauthorized => ErrorCodes.Unauthorized,
        StatusCodes.Status403Forbidden => ErrorCodes.Forbidden,
        StatusCodes.Status404NotFound => ErrorCodes.NotFound,
        StatusCodes.Status405MethodNotAllowed => ErrorCodes.MethodNotAllowed,
        StatusCodes.Status413PayloadTooLarge => ErrorCodes.RequestTooLarge,
        StatusCodes.Status415UnsupportedMediaType => ErrorCodes.UnsupportedMediaType,
        StatusCodes.Status503ServiceUnavailable => ErrorCodes.Unavailable,
        >= 500 => ErrorCodes.InternalError,
        _ => ErrorCodes.BadRequest,
    };

    /// <summary>Writes a problem as the whole response.</summary>
    public static Task WriteAsync(HttpContext context, int status, string code, string detail, string? title = null)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new ProblemResponse(status, title ?? ReasonPhrases.GetReasonPhrase(status), code, detail) { RequestId = context.TraceIdentifier },
            ContractsJsonContext.Default.ProblemResponse,
            ContentType,
            context.RequestAborted);
    }

    /// <summary>Gives a status without a body one, for programs.</summary>
    public static Task WriteStatusAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        return WriteAsync(context, status, CodeOf(status), status switch
        {
            StatusCodes.Status400BadRequest => "The request cannot be read. Check its parameters and that its body is JSON.",
            StatusCodes.Status401Unauthorized => "Send the token of the data folder as 'Authorization: Bearer TOKEN', or sign in with a link of 'synapse sign-in'.",
            StatusCodes.Status403Forbidden => "This credential does not reach this far, or not by this way: what names files of the server's machine is taken over the Unix socket of its data folder alone.",
            StatusCodes.Status404NotFound => "There is no such address. /openapi/v1.json lists all.",
            StatusCodes.Status405MethodNotAllowed => "The address does not take this method. /openapi/v1.json lists all.",
            StatusCodes.Status413PayloadTooLarge => "The body is too large.",
            StatusCodes.Status415UnsupportedMediaType => "Send the body as application/json, and an archive as application/zip.",
            _ => ReasonPhrases.GetReasonPhrase(status),
        });
    }
}
