using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Synapse.Providers.Wire;

/// <summary>What a reply tells of one limit.</summary>
/// <param name="Limit">How much there is when nothing is used.</param>
/// <param name="Remaining">How much is left now.</param>
/// <param name="Reset">After how long all of it is there again.</param>
internal readonly record struct RateLimitReading(double Limit, double Remaining, TimeSpan Reset);

/// <summary>Reads the headers by which OpenAI, Azure and others tell their limits: <c>x-ratelimit-limit-</c>, <c>-remaining-</c> and <c>-reset-</c>, each for <c>requests</c> and <c>tokens</c>.</summary>
internal static partial class RateLimitHeaders
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(31);

    /// <summary>Reads one of the two.</summary>
    /// <param name="headers">The headers of a reply.</param>
    /// <param name="unit"><c>requests</c> or <c>tokens</c>.</param>
    /// <returns>Null when one of the three is missing or cannot be read: then nothing can be made of the others.</returns>
    public static RateLimitReading? Read(HttpResponseHeaders headers, string unit)
        => Number(headers, $"x-ratelimit-limit-{unit}") is { } limit and > 0
            && Number(headers, $"x-ratelimit-remaining-{unit}") is { } remaining
            && Value(headers, $"x-ratelimit-reset-{unit}") is { } reset && Duration(reset) is { } span
            ? new RateLimitReading(limit, Math.Clamp(remaining, 0, limit), span)
            : null;

    /// <summary>A duration as OpenAI and Groq write it (<c>17ms</c>, <c>6m0s</c>, <c>2m59.56s</c>, <c>1d2h</c>), or as Azure does, in seconds alone.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return Span(seconds);
        }

        if (Parts().Match(text) is not { Success: true } match)
        {
            return null;
        }

        double Part(string name) => match.Groups[name] is { Success: true } part ? double.Parse(part.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0;
        return Span((Part("d") * 86_400) + (Part("h") * 3_600) + (Part("m") * 60) + Part("s") + (Part("ms") / 1_000));
    }

    private static TimeSpan Span(double seconds) => seconds < s_longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_longest;

    private static double? Number(HttpResponseHeaders headers, string name)
        => Value(headers, name) is { } text && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Value(HttpResponseHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault()?.Trim() : null;

    [GeneratedRegex(@"^(?=.)((?<d>\d{1,9})d)?((?<h>\d{1,9})h)?((?<m>\d{1,9})m(?!s))?((?<s>\d{1,9}(\.\d{1,9})?)s)?((?<ms>\d{1,9}(\.\d{1,9})?)ms)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Parts();
}
