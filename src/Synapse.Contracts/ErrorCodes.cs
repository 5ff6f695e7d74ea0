namespace Synapse.Contracts;

/// <summary>The stable codes of problems, as they stand in <c>code</c> of a problem response and of the command line's JSON errors. Each is described in docs/http-api.md.</summary>
public static class ErrorCodes
{
    /// <summary>The body or a parameter breaks its rule; <c>errors</c> names each field.</summary>
    public const string ValidationFailed = "validation_failed";

    /// <summary>The request cannot be read: broken JSON, a number that is none, a missing body.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>There is no such address.</summary>
    public const string NotFound = "not_found";

    /// <summary>The address does not take this method.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>The body has a type that the address does not take.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>The body is larger than the address takes.</summary>
    public const string RequestTooLarge = "request_too_large";

    /// <summary>The request carries no valid credential.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The credential is valid, and does not reach this far.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>The Host header names a host that this server does not answer for.</summary>
    public const string HostNotAllowed = "host_not_allowed";

    /// <summary>The request comes from a page of another origin, or cannot show that it does not.</summary>
    public const string OriginNotAllowed = "origin_not_allowed";

    /// <summary>A fault of the program.</summary>
    public const string InternalError = "internal_error";

    /// <summary>The server is stopping or not ready.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The port is taken by another program.</summary>
    public const string PortInUse = "port_in_use";

    /// <summary>One or more settings are wrong; the message lists them all.</summary>
    public const string InvalidConfiguration = "invalid_configuration";

    /// <summary>The server did not answer, or stopped while it did.</summary>
    public const string ServerUnreachable = "server_unreachable";

    /// <summary>The command line cannot be understood.</summary>
    public const string InvalidArguments = "invalid_arguments";

    /// <summary>The work was stopped by request.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>All codes of this class, in the order above.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ValidationFailed, BadRequest, NotFound, MethodNotAllowed, UnsupportedMediaType, RequestTooLarge, Unauthorized, Forbidden,
        HostNotAllowed, OriginNotAllowed, InternalError, Unavailable, PortInUse, InvalidConfiguration, ServerUnreachable,
        InvalidArguments, Cancelled,
    ];
}
