using System.Buffers;

namespace Synapse.Answering.Sentences;

/// <summary>Splits prose, plain or in Markdown, into sentences, list items, table rows, headings and blocks of code.</summary>
internal static class ProseUnits
{
    private static readonly SearchValues<char> s_tableRule = SearchValues.Create("|-: +=");

    /// <summary>Splits a passage.</summary>
    /// <param name="text">The passage.</param>
    /// <returns>The units in order; they do not overlap, and hold no white space at their ends.</returns>
    public static List<TextUnit> Split(string text)
    {
        var units = new List<TextUnit>();
        var paragraph = -1;
        var position = 0;
        while (position < text.Length)
        {
            var end = EndOfLine(text, position);
            var next = Math.Min(text.Length, end + 1);
            var line = text.AsSpan(position, end - position);
            var content = line.Trim();
            if (IsFence(content))
            {
                Flush(text, ref paragraph, position, units);
                next = AddFenced(text, position, end, units);
            }
            else if (content.IsEmpty || IsRule(content))
            {
                if (!content.IsEmpty && paragraph >= 0 && IsUnderline(content))
                {
                    AddTrimmed(text, paragraph, position, TextUnitKind.Heading, units);
                    paragraph = -1;
                }

                Flush(text, ref paragraph, position, units);
            }
            else if (HeadingMark(content) is > 0 and var mark)
            {
                Flush(text, ref paragraph, position, units);
                AddTrimmed(text, position + line.IndexOf('#') + mark, end, TextUnitKind.Heading, units);
            }
            else if (content[0] == '|' || content.Count('|') >= 2)
            {
                Flush(text, ref paragraph, position, units);
                if (content.ContainsAnyExcept(s_tableRule))
                {
                    AddTrimmed(text, position, end, TextUnitKind.TableRow, units);
                }
            }
            else
            {
                var marker = ListMark(content);
                if (marker > 0)
                {
                    Flush(text, ref paragraph, position, units);
                }

                if (paragraph < 0)
                {
                    paragraph = position + (line.Length - line.TrimStart().Length) + marker;
                }
            }

            position = next;
        }

        Flush(text, ref paragraph, text.Length, units);
        return units;
    }

    private static void Flush(string text, ref int paragraph, int end, List<TextUnit> units)
    {
        if (paragraph >= 0)
        {
            SentenceBorders.Split(text, paragraph, end, units);
            paragraph = -1;
        }
    }

    private static int AddFenced(string text, int start, int endOfFence, List<TextUnit> units)
    {
        var fence = text.AsSpan(start, endOfFence - start).Trim()[..3].ToString();
        var first = Math.Min(text.Length, endOfFence + 1);
        for (var position = first; position < text.Length;)
        {
            var end = EndOfLine(text, position);
            if (text.AsSpan(position, end - position).Trim().StartsWith(fence))
            {
                AddTrimmed(text, first, position, TextUnitKind.Code, units);
                return Math.Min(text.Length, end + 1);
            }

            position = end + 1;
        }

        AddTrimmed(text, first, text.Length, TextUnitKind.Code, units);
        return text.Length;
    }

    private static void AddTrimmed(string text, int start, int end, TextUnitKind kind, List<TextUnit> units)
    {
        var (first, last) = TextSpans.Trim(text, start, end);
        if (last > first)
        {
            units.Add(new TextUnit(first, last, kind));
        }
    }

    private static int EndOfLine(string text, int position)
    {
        var end = text.AsSpan(position).IndexOf('\n');
        return end < 0 ? text.Length : position + end;
    }

    private static bool IsFence(ReadOnlySpan<char> line) => line.StartsWith("```") || line.StartsWith("~~~");

    private static bool IsRule(ReadOnlySpan<char> line) => line.Length >= 3 && !line.ContainsAnyExcept(line[0], ' ') && line[0] is '-' or '=' or '*' or '_' or '~' or '^';

    private static bool IsUnderline(ReadOnlySpan<char> line) => line[0] is '=' or '-' or '~' or '^';

    private static int HeadingMark(ReadOnlySpan<char> line)
    {
        var marks = line.IndexOfAnyExcept('#');
        return marks is >= 1 and <= 6 && line[marks] == ' ' ? marks : 0;
    }

    // Length of "- ", "* ", "+ ", "• ", "12. ", "a) " with the white space after it.
    private static int ListMark(ReadOnlySpan<char> line)
    {
        var mark = 0;
        if (line[0] is '-' or '*' or '+' or '•' or '–')
        {
            mark = 1;
        }
        else
        {
            var digits = line.IndexOfAnyExceptInRange('0', '9');
            if (digits is >= 1 and <= 3 && line[digits] is '.' or ')')
            {
                mark = digits + 1;
            }
            else if (line.Length > 2 && char.IsAsciiLetterLower(line[0]) && line[1] == ')')
            {
                mark = 2;
            }
        }

        if (mark == 0 || mark >= line.Length || line[mark] != ' ')
        {
            return 0;
        }

        var after = line[mark..];
        return mark + after.Length - after.TrimStart().Length;
    }
}
