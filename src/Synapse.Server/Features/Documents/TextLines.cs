namespace Synapse.Server.Features.Documents;

/// <summary>Cuts lines out of normalised text, where a line feed ends a line.</summary>
internal static class TextLines
{
    /// <summary>Cuts the lines from <paramref name="startLine"/> to <paramref name="endLine"/>, both from 1 and inclusive.</summary>
    /// <returns>The text without the last line's line feed; empty when the range lies behind the end.</returns>
    public static string Cut(string text, int startLine, int endLine)
    {
        var start = 0;
        for (var line = 1; line < startLine; line++)
        {
            var feed = text.IndexOf('\n', start);
            if (feed < 0)
            {
                return "";
            }

            start = feed + 1;
        }

        var end = start;
        for (var line = startLine; line <= endLine; line++)
        {
            var feed = text.IndexOf('\n', end);
            if (feed < 0)
            {
                return text[start..];
            }

            end = feed + 1;
        }

        return end > start ? text[start..(end - 1)] : "";
    }
}
