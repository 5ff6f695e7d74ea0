using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Synapse.EmbeddingServer.Wire;

/// <summary>Reads the JSON of a request, and says of bad ones what is wrong.</summary>
internal static class RequestBody
{
    /// <summary>Reads the body.</summary>
    /// <exception cref="RequestException">It is no JSON, or a field has the wrong type.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send JSON, with the header 'Content-Type: application/json'.");
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, cancellationToken) ?? throw NoObject();
        }
        catch (JsonException error) when (error.InnerException is not JsonException && error.Path is { Length: > 2 } path)
        {
            throw RequestException.Invalid(path[2..], $"The field '{path[2..]}' has the wrong type.");
        }
        catch (JsonException error)
        {
            throw error.Path is "$" && error.InnerException is not JsonException ? NoObject()
                : new RequestException(StatusCodes.Status400BadRequest, "invalid_json", $"The body is not JSON from line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1} on.");
        }
    }

    /// <summary>The text in a value.</summary>
    /// <exception cref="RequestException">It is empty, or no Unicode.</exception>
    public static string Text(JsonElement value, string param)
    {
        try
        {
            return value.GetString() is { Length: > 0 } text ? text : throw RequestException.Invalid(param, $"'{param}' is an empty text; it has no meaning. Leave it out.");
        }
        catch (InvalidOperationException)
        {
            throw RequestException.Invalid(param, $"'{param}' holds half a surrogate pair or bytes that are not UTF-8.");
        }
    }

    private static RequestException NoObject() => new(StatusCodes.Status400BadRequest, "invalid_json", "The body should be a JSON object.");
}
