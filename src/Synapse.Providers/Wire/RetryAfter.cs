using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Synapse.Providers.Wire;

/// <summary>How long a server asks to wait.</summary>
internal static partial class RetryAfter
{
    /// <summary>Reads <c>retry-after-ms</c>, then <c>retry-after</c> as seconds (fractions too) or as a date, then the words of the message. Never negative; null when nothing says it.</summary>
    public static TimeSpan? Read(HttpResponseHeaders? headers, string message, DateTimeOffset now)
        => FromHeaders(headers, now) ?? FromWords(message);

    private static TimeSpan? FromHeaders(HttpResponseHeaders? headers, DateTimeOffset now)
    {
        if (Value(headers, "retry-after-ms") is { } milliseconds && Number(milliseconds) is { } count)
        {
            return Span(count / 1_000);
        }

        if (Value(headers, "retry-after") is not { } value)
        {
            return null;
        }

        if (Number(value) is { } seconds)
        {
            return Span(seconds);
        }

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? Span((date - now).TotalSeconds) : null;
    }

    private static TimeSpan? FromWords(string message)
    {
        var match = Words().Match(message);
        return match.Success && Number(match.Groups["number"].Value) is { } number
            ? Span(match.Groups["unit"].Value is "ms" ? number / 1_000 : number)
            : null;
    }

    private static string? Value(HttpResponseHeaders? headers, string name)
        => headers is not null && headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static double? Number(string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.FromDays(30).TotalSeconds));

    // Azure: "Please retry after 22 seconds"; OpenAI: "Please try again in 2s", "in 350ms".
    [GeneratedRegex(@"(retry after|try again in) (?<number>\d+(\.\d+)?) ?(?<unit>ms|s)", RegexOptions.IgnoreCase)]
    private static partial Regex Words();
}
