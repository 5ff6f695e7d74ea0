using System.Text.RegularExpressions;
using Synapse.Providers.Configuration;

namespace Synapse.Providers.Wire;

/// <summary>Takes secrets out of what servers say: OpenAI echoes parts of a wrong key, proxies echo whole headers.</summary>
internal static partial class Redaction
{
    private const string Stars = "***";

    /// <summary>Replaces the provider's own secrets, and whatever looks like a key or token, by stars.</summary>
    public static string Apply(string text, ProviderSettings settings)
    {
        foreach (var secret in (Secret?[])[settings.ApiKey, settings.Entra?.ClientSecret])
        {
            if (secret is not null)
            {
                text = text.Replace(secret.Reveal(), Stars, StringComparison.Ordinal);
            }
        }

        return LooksSecret().Replace(text, Stars);
    }

    // Keys with a well-known start, also half masked; JSON web tokens; anything after "Bearer"; long runs that mix letters and digits.
    [GeneratedRegex(@"\b(sk|pk|gsk|key|api|xai|AIza|hf)[-_][\w*.\-]{6,}|\beyJ[\w\-]+(\.[\w\-]*)*|(?<=\bBearer\s+)\S+|\b(?=\w*\d)(?=\w*[A-Za-z])\w{32,}\b", RegexOptions.IgnoreCase)]
    private static partial Regex LooksSecret();
}
