namespace Synapse.Web.Text;

/// <summary>How a run of text is shown.</summary>
public enum InlineStyle
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>Strong.</summary>
    Strong,

    /// <summary>As code.</summary>
    Code,

    /// <summary>The name of a character that would steer the direction of the text without being seen.</summary>
    Hidden,
}

/// <summary>A run of a model's text.</summary>
/// <param name="Text">The text, without marks of Markdown.</param>
/// <param name="Style">How it is shown.</param>
public readonly record struct InlineRun(string Text, InlineStyle Style)
{
    /// <summary>Splits a model's text by the only Markdown that is honoured inside of a line: <c>**strong**</c> and <c>`code`</c>. Everything else is text, links, images and HTML included.</summary>
    /// <param name="text">Any text, whole or cut anywhere.</param>
    public static IReadOnlyList<InlineRun> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var runs = new List<InlineRun>();
        var plain = 0;
        for (var i = 0; i < text.Length;)
        {
            var (length, inner, style) = Read(text, i);
            if (length == 0)
            {
                i++;
                continue;
            }

            AddPlain(text, plain, i, runs);
            runs.Add(new InlineRun(style == InlineStyle.Hidden ? inner : ShowHidden(inner), style));
            i += length;
            plain = i;
        }

        AddPlain(text, plain, text.Length, runs);
        return runs;
    }

    /// <summary>Whether a character changes the direction of the text around it, unseen.</summary>
    private static bool SteersDirection(char unit) => unit is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F' or '\u061C';

    private static (int Length, string Inner, InlineStyle Style) Read(string text, int start)
    {
        if (SteersDirection(text[start]))
        {
            return (1, NameOf(text[start]), InlineStyle.Hidden);
        }

        var (mark, style) = text[start] == '`' ? ("`", InlineStyle.Code) : text.AsSpan(start).StartsWith("**") ? ("**", InlineStyle.Strong) : ("", InlineStyle.Plain);
        if (mark.Length == 0)
        {
            return default;
        }

        var from = start + mark.Length;
        var close = text.IndexOf(mark, Math.Min(from, text.Length), StringComparison.Ordinal);
        return close > from && !text.AsSpan(from, close - from).Contains('\n') ? (close + mark.Length - start, text[from..close], style) : default;
    }

    private static void AddPlain(string text, int start, int end, List<InlineRun> runs)
    {
        if (end > start)
        {
            runs.Add(new InlineRun(text[start..end], InlineStyle.Plain));
        }
    }

    private static string ShowHidden(string text) => text.Any(SteersDirection) ? string.Concat(text.Select(unit => SteersDirection(unit) ? NameOf(unit) : unit.ToString())) : text;

    private static string NameOf(char unit) => $"[U+{(int)unit:X4}]";
}
