using System.Text;
using System.Text.Json;

namespace Synapse.Providers.Wire;

/// <summary>What a server said about a failure, taken out of whichever shape it uses. Nothing of it may be relied on.</summary>
/// <param name="Message">The words; empty when there were none.</param>
/// <param name="Code">The code, numbers as text.</param>
/// <param name="Type">The type.</param>
/// <param name="Parameter">The parameter at fault.</param>
/// <param name="Tokens">llama.cpp's <c>n_ctx</c>.</param>
/// <param name="PromptTokens">llama.cpp's <c>n_prompt_tokens</c>.</param>
internal sealed record ErrorText(string Message, string? Code = null, string? Type = null, string? Parameter = null, int? Tokens = null, int? PromptTokens = null)
{
    private const int LongestMessage = 300;

    /// <summary>Reads a body. Never throws on its shape: <c>error.message</c>, <c>error</c>, <c>message</c>, <c>detail</c>, <c>detail[0].msg</c>, else the first 300 characters.</summary>
    public static ErrorText Read(ReadOnlySpan<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body.ToArray());
            if (FromJson(document.RootElement) is { } error)
            {
                return error;
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or JSON with a lone surrogate: the text below says more than the parser.
        }

        return new(Shorten(Encoding.UTF8.GetString(body)));
    }

    /// <summary>Reads a JSON value; null when it holds no error in any known shape.</summary>
    public static ErrorText? FromJson(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
        {
            // Gemini's compatible API wraps its error in an array.
            root = root[0];
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
        {
            return error.ValueKind == JsonValueKind.Object
                ? OfObject(error)
                : new(Shorten(error.GetString()), Text(root, "code"), Text(root, "error_type") ?? Text(root, "type"));
        }

        if (Text(root, "message") is not null)
        {
            return OfObject(root);
        }

        return root.TryGetProperty("detail", out var detail) ? OfDetail(detail) : null;
    }

    private static ErrorText OfObject(JsonElement error)
    {
        var inner = error.TryGetProperty("innererror", out var value) && value.ValueKind == JsonValueKind.Object ? Text(value, "code") : null;
        var code = Text(error, "code");
        return new(Shorten(Text(error, "message")), inner is null ? code : $"{code}/{inner}", Text(error, "type") ?? Text(error, "status"), Text(error, "param"), Number(error, "n_ctx"), Number(error, "n_prompt_tokens"));
    }

    private static ErrorText? OfDetail(JsonElement detail) => detail.ValueKind switch
    {
        JsonValueKind.String => new(Shorten(detail.GetString())),
        JsonValueKind.Array when detail.GetArrayLength() > 0 && detail[0].ValueKind == JsonValueKind.Object => new(Shorten(Text(detail[0], "msg")), Type: Text(detail[0], "type")),
        _ => null,
    };

    private static string? Text(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
    }

    private static int? Number(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static string Shorten(string? text)
    {
        var trimmed = (text ?? "").Trim();
        return trimmed.Length <= LongestMessage ? trimmed : $"{trimmed.AsSpan(0, LongestMessage)}…";
    }
}
