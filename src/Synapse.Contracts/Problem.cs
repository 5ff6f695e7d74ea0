using System.Text.Json.Serialization;

namespace Synapse.Contracts;

/// <summary>A problem as RFC 9457 has it, with a stable code. Also the data of the event <c>error</c> of a stream.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A few words that name the problem, the same for every case of it.</param>
/// <param name="Code">Stable code; see <see cref="ErrorCodes"/> and docs/http-api.md.</param>
/// <param name="Detail">What was wrong in this case, and what to do.</param>
/// <param name="Errors">For <c>validation_failed</c>: the messages by field.</param>
public sealed record ProblemResponse(
    int Status,
    string? Title,
    string? Code,
    string? Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string[]>? Errors = null)
{
    /// <summary>Id of the request, as in the header <c>X-Request-Id</c> and in the server's log; null in events of a stream, whose headers have it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestId { get; init; }
}
