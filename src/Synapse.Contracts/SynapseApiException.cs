namespace Synapse.Contracts;

/// <summary>The server refused a request or failed at it, or could not be reached.</summary>
/// <param name="status">The HTTP status; 0 when there was no response, or when the error came inside of a stream.</param>
/// <param name="code">Stable code; see <see cref="ErrorCodes"/> and docs/http-api.md.</param>
/// <param name="message">What was wrong, and what to do.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class SynapseApiException(int status, string code, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>The HTTP status, or 0.</summary>
    public int Status { get; } = status;

    /// <summary>Stable code of the error.</summary>
    public string Code { get; } = code;

    /// <summary>For <c>validation_failed</c>: the messages by field; else empty.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; init; } = new Dictionary<string, string[]>();
}
