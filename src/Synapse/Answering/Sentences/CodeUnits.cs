namespace Synapse.Answering.Sentences;

/// <summary>Splits code into what is worth quoting: a comment with the signature that follows, a signature with the documentation inside of it, or a few lines.</summary>
internal static class CodeUnits
{
    /// <summary>Most lines of a unit.</summary>
    public const int MaxLines = 12;

    private const int LinesOfPlainUnit = 6;
    private const int LinesOfSignature = 3;

    /// <summary>Splits a passage of code.</summary>
    /// <returns>The units in order; they do not overlap, and begin and end at line borders, without blank lines at their ends and without a lone bracket at their start.</returns>
    public static List<TextUnit> Split(string text)
    {
        var lines = LinesOf(text);
        var units = new List<TextUnit>();
        var i = 0;
        while (i < lines.Count)
        {
            if (IsBlankOrBracket(Content(text, lines[i])))
            {
                i++;
                continue;
            }

            var last = EndOfUnit(text, lines, i);
            Add(text, lines[i].Start, lines[last].End, units);
            i = last + 1;
        }

        return units;
    }

    private static int EndOfUnit(string text, List<(int Start, int End)> lines, int first)
    {
        var i = first;
        if (IsComment(Content(text, lines[i])))
        {
            while (i + 1 < lines.Count && i - first + 1 < MaxLines && IsComment(Content(text, lines[i + 1])))
            {
                i++;
            }

            return i - first + 1 < MaxLines ? EndOfSignature(text, lines, i, first) : i;
        }

        if (i + 1 < lines.Count && IsDocString(Content(text, lines[i + 1])))
        {
            return EndOfDocString(text, lines, i + 1, first);
        }

        while (i + 1 < lines.Count
            && i - first + 1 < LinesOfPlainUnit
            && !Content(text, lines[i + 1]).IsEmpty
            && !IsComment(Content(text, lines[i + 1]))
            && !(i + 2 < lines.Count && IsDocString(Content(text, lines[i + 2]))))
        {
            i++;
        }

        return i;
    }

    // The lines after a comment belong to it until the body opens or the statement ends.
    private static int EndOfSignature(string text, List<(int Start, int End)> lines, int lastComment, int first)
    {
        var last = lastComment;
        for (var i = lastComment + 1; i < lines.Count && i <= lastComment + LinesOfSignature && i - first < MaxLines; i++)
        {
            var content = Content(text, lines[i]);
            if (IsBlankOrBracket(content) || IsComment(content))
            {
                break;
            }

            last = i;
            if (content[^1] is '{' or ';' or ':' or '}')
            {
                break;
            }
        }

        return last;
    }

    private static int EndOfDocString(string text, List<(int Start, int End)> lines, int opening, int first)
    {
        var mark = Content(text, lines[opening])[^3..].ToString() is "\"\"\"" or "'''" && Content(text, lines[opening]).Length >= 6;
        if (mark)
        {
            return opening;
        }

        for (var i = opening + 1; i < lines.Count && i - first < MaxLines; i++)
        {
            if (Content(text, lines[i]).EndsWith("\"\"\"") || Content(text, lines[i]).EndsWith("'''"))
            {
                return i;
            }
        }

        return Math.Min(lines.Count - 1, first + MaxLines - 1);
    }

    // A bracket on a line of its own says nothing to a reader.
    private static bool IsBlankOrBracket(ReadOnlySpan<char> line) => line is "" or "{" or "}" or "};" or "(" or ")" or ");" or "[" or "]" or "];";

    private static bool IsDocString(ReadOnlySpan<char> line)
        => line.StartsWith("\"\"\"") || line.StartsWith("'''") || line.StartsWith("r\"\"\"");

    private static bool IsComment(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty)
        {
            return false;
        }

        if (line[0] == '#')
        {
            return line.Length == 1 || (line[1] is ' ' or '#' or '\'' or ':');
        }

        return line.StartsWith("//") || line.StartsWith("/*") || line.StartsWith("* ") || line.StartsWith("*/") || line.Equals("*", StringComparison.Ordinal)
            || line.StartsWith("--") || line.StartsWith(";;") || line.StartsWith("{-") || line.StartsWith("@doc") || line.StartsWith("<!--");
    }

    private static ReadOnlySpan<char> Content(string text, (int Start, int End) line) => text.AsSpan(line.Start, line.End - line.Start).Trim();

    private static List<(int Start, int End)> LinesOf(string text)
    {
        var lines = new List<(int, int)>();
        var start = 0;
        while (start < text.Length)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            lines.Add((start, end));
            start = end + 1;
        }

        return lines;
    }

    private static void Add(string text, int start, int end, List<TextUnit> units)
    {
        // The indent of the first line stays, so that the block keeps its shape.
        var (_, last) = TextSpans.Trim(text, start, end);
        if (last > start)
        {
            units.Add(new TextUnit(start, last, TextUnitKind.Code));
        }
    }
}
