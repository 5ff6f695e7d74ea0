using System.Text.RegularExpressions;

namespace Synapse.Providers.Configuration;

/// <summary>What the form of a key tells: who issued it, and that it was never filled in. No method returns a part of the key.</summary>
internal static partial class KeyForm
{
    /// <summary>Who issued the key; null when its form does not tell.</summary>
    public static KeyIssuer? IssuerOf(string key) => key switch
    {
        _ when Starts(key, "sk-ant-") => KeyIssuer.Anthropic,
        _ when Starts(key, "sk-or-") => KeyIssuer.OpenRouter,
        _ when Starts(key, "sk-do-") => KeyIssuer.DigitalOcean,
        _ when Starts(key, "gsk_") => KeyIssuer.Groq,
        _ when Starts(key, "csk-") => KeyIssuer.Cerebras,
        _ when Starts(key, "AIza") => KeyIssuer.Gemini,
        _ when Starts(key, "sk-") => KeyIssuer.OpenAI,
        _ when AzureKey().IsMatch(key) => KeyIssuer.Azure,
        _ => null,
    };

    /// <summary>Whether the value is an example that was never filled in.</summary>
    public static bool IsPlaceholder(string value) => Placeholder().IsMatch(value);

    /// <summary>What is wrong with a key before anyone is asked; null when nothing is.</summary>
    /// <param name="key">The key, as configured.</param>
    /// <param name="expected">Who should have issued it; null when anyone may have.</param>
    public static (string Problem, string Cure)? Check(string key, KeyIssuer? expected)
    {
        if (key.Trim().Length != key.Length)
        {
            return ("there are blanks around the value.", "Take them away.");
        }

        if (key is ['"' or '\'' or '`', ..] or [.., '"' or '\'' or '`'])
        {
            return ("there are quotation marks around the value that belong to it.", "Take them away.");
        }

        if (Starts(key, "Bearer "))
        {
            return ("the value begins with 'Bearer'.", "Give the key alone; the header is made from it.");
        }

        // Servers without keys are given any word, and these are the usual ones; a service never issues them.
        if (IsPlaceholder(key) || (expected is not null && DummyWord().IsMatch(key)))
        {
            return ("the value is still an example.", "Put the real key there, or remove the setting.");
        }

        if (key.Any(character => character is <= ' ' or > '~'))
        {
            return ("there is a blank or a character inside that no key has.", "Copy the key again.");
        }

        return expected is { } issuer && IssuerOf(key) is { } actual && !Fits(actual, issuer)
            ? ($"this has the form of a key of {Name(actual)}, and {Name(issuer)} does not take it.", $"Put the key of {Name(issuer)} there.")
            : null;
    }

    // DigitalOcean's and OpenAI's keys share a beginning in older forms.
    private static bool Fits(KeyIssuer actual, KeyIssuer expected) => actual == expected || (actual, expected) is (KeyIssuer.OpenAI, KeyIssuer.DigitalOcean);

    private static string Name(KeyIssuer issuer) => issuer == KeyIssuer.Azure ? "Azure OpenAI" : issuer.ToString();

    private static bool Starts(string text, string prefix) => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    // Azure's keys are 32 hexadecimal digits, since 2024 also 84 letters and digits.
    [GeneratedRegex(@"^(?:[0-9a-fA-F]{32}|[0-9A-Za-z]{84})$")]
    private static partial Regex AzureKey();

    [GeneratedRegex(@"^<.*>$|^\[.*\]$|^\{.*\}$|^\$\{?\w+\}?$|^(?:sk-|gsk_)?(?:\.{3}|…|x{3,}|\*{3,})|^(?:sk-)?(?:your|my|insert|enter|paste|put)[-_ ]|change[-_ ]?me|replace[-_ ]?(?:me|with|this)|placeholder|^(?:todo|tbd|example)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Placeholder();

    [GeneratedRegex("^(?:key|secret|token|api[-_]?key|none|null|empty|dummy|test)$", RegexOptions.IgnoreCase)]
    private static partial Regex DummyWord();
}
