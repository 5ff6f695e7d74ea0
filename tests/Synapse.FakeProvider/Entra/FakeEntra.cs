using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Synapse.Fakes;

/// <summary>An issuer of Entra tokens, which one or more fakes share: one gives them out, others accept them.</summary>
public sealed class FakeEntra
{
    /// <summary>The audience of Azure OpenAI's dated surface.</summary>
    public const string CognitiveServicesAudience = "https://cognitiveservices.azure.com";

    /// <summary>The audience of Azure OpenAI's undated surface.</summary>
    public const string FoundryAudience = "https://ai.azure.com";

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>The one tenant that it knows, besides <c>organizations</c> and the like.</summary>
    public string Tenant { get; init; } = "11111111-1111-1111-1111-111111111111";

    /// <summary>The one application that it knows.</summary>
    public string ClientId { get; init; } = "22222222-2222-2222-2222-222222222222";

    /// <summary>The secret of the application.</summary>
    public string ClientSecret { get; init; } = "fake-client-secret";

    /// <summary>How long tokens last.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(65);

    /// <summary>A token for an audience, as the token endpoint would give it.</summary>
    /// <param name="audience">Without <c>/.default</c> and without a slash at the end.</param>
    /// <param name="issuedAt">When its life begins.</param>
    /// <param name="lifetime">How long it lasts; negative for a token that has run out.</param>
    public string Issue(string audience, DateTimeOffset issuedAt, TimeSpan lifetime)
    {
        var claims = new JsonObject
        {
            ["aud"] = audience,
            ["iss"] = $"https://sts.windows.net/{Tenant}/",
            ["iat"] = issuedAt.ToUnixTimeSeconds(),
            ["nbf"] = issuedAt.ToUnixTimeSeconds(),
            ["exp"] = (issuedAt + lifetime).ToUnixTimeSeconds(),
            ["appid"] = ClientId,
            ["tid"] = Tenant,
            ["jti"] = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)),
            ["ver"] = "1.0",
        };
        var signed = $"{Encoded("""{"typ":"JWT","alg":"HS256"}""")}.{Encoded(claims.ToJsonString())}";
        return $"{signed}.{Signature(signed)}";
    }

    internal TokenVerdict Judge(string token, string audience, DateTimeOffset now)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return TokenVerdict.NotAToken;
        }

        if (Signature($"{parts[0]}.{parts[1]}") != parts[2])
        {
            return TokenVerdict.Invalid;
        }

        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        var root = claims.RootElement;
        if (root.GetProperty("aud").GetString() != audience)
        {
            return TokenVerdict.WrongAudience;
        }

        return root.GetProperty("exp").GetInt64() <= now.ToUnixTimeSeconds() ? TokenVerdict.Expired : TokenVerdict.Valid;
    }

    private static string Encoded(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private string Signature(string signed) => Base64Url.EncodeToString(HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(signed)));
}
