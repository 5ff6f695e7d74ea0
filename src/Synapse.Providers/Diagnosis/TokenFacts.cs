using System.Buffers.Text;
using System.Text.Json;

namespace Synapse.Providers.Diagnosis;

/// <summary>What an access token says of itself, for telling what is wrong with it. It is not checked, and nothing is decided by it.</summary>
/// <param name="Audience">For whom it is; null when it does not say.</param>
/// <param name="IsExpired">Whether it has run out.</param>
internal sealed record TokenFacts(string? Audience, bool IsExpired)
{
    /// <summary>Reads the claims of a JSON web token; null when it is something else.</summary>
    public static TokenFacts? Read(string token, DateTimeOffset now)
    {
        if (token.Split('.') is not [_, var claims, _])
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object
                ? null
                : new(
                    root.TryGetProperty("aud", out var audience) && audience.ValueKind == JsonValueKind.String ? audience.GetString() : null,
                    root.TryGetProperty("exp", out var end) && end.TryGetInt64(out var seconds) && seconds <= now.ToUnixTimeSeconds());
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
