namespace Synapse.Web.Text;

/// <summary>A line of a snippet.</summary>
/// <param name="Number">Number in the document, from 1.</param>
/// <param name="Runs">The line's text; long lines are cut to the part around the first query word.</param>
internal sealed record SnippetLine(int Number, IReadOnlyList<TextRun> Runs);

/// <summary>The lines of a chunk that show best why it was found.</summary>
/// <param name="Lines">The lines, in order.</param>
/// <param name="HiddenLineCount">Lines of the chunk that are left out.</param>
internal sealed record Snippet(IReadOnlyList<SnippetLine> Lines, int HiddenLineCount)
{
    /// <summary>Longest line that is shown whole, in UTF-16 units.</summary>
    public const int MaxLineLength = 300;

    /// <summary>Picks the run of lines that contains most different query words, and the first such run.</summary>
    /// <param name="text">The chunk's text.</param>
    /// <param name="startLine">Number of its first line.</param>
    /// <param name="highlighter">The query.</param>
    /// <param name="maxLines">Most lines to show; at least 1.</param>
    public static Snippet Create(string text, int startLine, TermHighlighter highlighter, int maxLines)
    {
        var lines = SplitLines(text);
        var first = lines.Count <= maxLines ? 0 : BestStart(lines, highlighter, maxLines);
        var shown = lines.Skip(first).Take(maxLines)
            .Select((line, index) => new SnippetLine(startLine + first + index, highlighter.Split(Shorten(line, highlighter))))
            .ToList();
        return new(shown, lines.Count - shown.Count);
    }

    private static List<string> SplitLines(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        while (lines.Count > 1 && string.IsNullOrWhiteSpace(lines[^1]))
        {
            lines.RemoveAt(lines.Count - 1);
        }

        return lines;
    }

    private static int BestStart(List<string> lines, TermHighlighter highlighter, int maxLines)
    {
        var terms = lines.ConvertAll(highlighter.TermsIn);
        var best = 0;
        var bestScore = 0;
        for (var start = 0; start + maxLines <= lines.Count; start++)
        {
            // A blank line at the top of a snippet says nothing.
            if (string.IsNullOrWhiteSpace(lines[start]))
            {
                continue;
            }

            var window = terms.GetRange(start, maxLines);
            var count = window.Sum(line => line.Count);
            // Different words count most, then all of them, then that one line of lead-in stands above the first.
            var score = (window.SelectMany(line => line).Distinct().Count() * 10_000) + (Math.Min(count, 99) * 100)
                - (count == 0 ? 0 : Math.Abs(window.FindIndex(line => line.Count > 0) - 1));
            if (score > bestScore)
            {
                (best, bestScore) = (start, score);
            }
        }

        return best;
    }

    private static string Shorten(string line, TermHighlighter highlighter)
    {
        if (line.Length <= MaxLineLength)
        {
            return line;
        }

        var start = Math.Clamp(highlighter.FirstIndexIn(line) - (MaxLineLength / 3), 0, line.Length - MaxLineLength);
        var end = start + MaxLineLength;
        // Never half of a surrogate pair.
        start += start > 0 && char.IsLowSurrogate(line[start]) ? 1 : 0;
        end -= end < line.Length && char.IsLowSurrogate(line[end]) ? 1 : 0;
        return $"{(start > 0 ? "… " : "")}{line[start..end]}{(end < line.Length ? " …" : "")}";
    }
}
