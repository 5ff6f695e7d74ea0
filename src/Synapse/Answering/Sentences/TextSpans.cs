namespace Synapse.Answering.Sentences;

/// <summary>Small steps on spans of a text.</summary>
internal static class TextSpans
{
    /// <summary>Takes white space off both ends.</summary>
    public static (int Start, int End) Trim(string text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return (start, end);
    }

    /// <summary>Line breaks before a position.</summary>
    public static int LineBreaks(string text, int start, int end) => text.AsSpan(start, end - start).Count('\n');

    /// <summary>The text of a sentence in one line: line breaks and rows of white space become one space.</summary>
    public static string InOneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
