namespace Synapse.EmbeddingServer.Wire;

/// <summary>A request that is answered with an error.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">Stable name of the error.</param>
/// <param name="message">What was wrong, and what to do; never a text of the request.</param>
/// <param name="param">The field that is wrong.</param>
/// <param name="retryAfter">When the same request is likely to succeed.</param>
internal sealed class RequestException(int status, string code, string message, string? param = null, TimeSpan? retryAfter = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string? Param { get; } = param;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>A field has a value that is not taken.</summary>
    public static RequestException Invalid(string param, string message) => new(StatusCodes.Status400BadRequest, "invalid_value", message, param);

    /// <summary>The request is larger than the limits allow.</summary>
    public static RequestException TooLarge(string param, string message) => new(StatusCodes.Status413PayloadTooLarge, "request_too_large", message, param);
}
