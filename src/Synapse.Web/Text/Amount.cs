using System.Globalization;

namespace Synapse.Web.Text;

/// <summary>Writes numbers as people read them, the same in every locale.</summary>
internal static class Amount
{
    /// <summary>A count with its noun: <c>1 document</c>, <c>12,345 documents</c>.</summary>
    public static string Of(long count, string singular, string? plural = null)
        => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? singular : plural ?? singular + "s")}");

    /// <summary>A count.</summary>
    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A size in decimal units: <c>812 bytes</c>, <c>4.2 kB</c>, <c>1.3 MB</c>.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["kB", "MB", "GB", "TB"];
        if (bytes < 1_000)
        {
            return Of(bytes, "byte");
        }

        var value = bytes / 1_000.0;
        var unit = 0;
        while (value >= 999.5 && unit < units.Length - 1)
        {
            value /= 1_000;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(value < 10 ? Math.Round(value, 1) : Math.Round(value))} {units[unit]}");
    }

    /// <summary>A part of a score: three decimals and always a sign.</summary>
    public static string Signed(double value) => value.ToString("+0.000;−0.000;0.000", CultureInfo.InvariantCulture);

    /// <summary>A score: three decimals.</summary>
    public static string Score(double value) => value.ToString("0.000;−0.000;0.000", CultureInfo.InvariantCulture);

    /// <summary>A time span for people: <c>under 1 ms</c>, <c>4 ms</c>, <c>1.2 s</c>, <c>3 min</c>.</summary>
    public static string Elapsed(TimeSpan elapsed) => elapsed.TotalMilliseconds switch
    {
        < 1 => "under 1 ms",
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalMilliseconds:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:0.0} s"),
        < 3_600_000 => string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalHours:0.0} h"),
    };

    /// <summary>How long ago something was: <c>just now</c>, <c>5 minutes ago</c>, or the date when it is longer than a week.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now) => (now - then).TotalMinutes switch
    {
        < 1 => "just now",
        < 60 => $"{Of((long)(now - then).TotalMinutes, "minute")} ago",
        < 60 * 24 => $"{Of((long)(now - then).TotalHours, "hour")} ago",
        < 60 * 24 * 7 => $"{Of((long)(now - then).TotalDays, "day")} ago",
        _ => then.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };
}
