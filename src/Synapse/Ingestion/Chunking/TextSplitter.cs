using System.Globalization;

namespace Synapse.Ingestion.Chunking;

/// <summary>Cuts what has no structure left, or is too large in spite of it, into parts of about equal size.</summary>
internal static class TextSplitter
{
    private const int Window = 350;
    private const int MaxMarks = 64;

    /// <summary>Finds where to cut a range.</summary>
    /// <param name="lines">The text.</param>
    /// <param name="start">First offset.</param>
    /// <param name="end">One past the last offset.</param>
    /// <param name="target">Size of a part, in characters.</param>
    /// <param name="cuts">Receives the ends of the parts, without <paramref name="end"/>; nothing when the range is not above the largest size.</param>
    public static void Split(LineMap lines, int start, int end, int target, List<int> cuts)
    {
        var line = start < end ? lines.LineOf(start, 0) : 0;
        while (end - start > ChunkSize.Max)
        {
            var parts = (end - start + target - 1) / target;
            var ideal = start + ((end - start) / parts);
            start = CutNear(lines, start, end, ideal, ref line);
            cuts.Add(start);
        }
    }

    private static int CutNear(LineMap lines, int start, int end, int ideal, ref int line)
    {
        var low = Math.Max(start + 1, ideal - Window);
        var high = Math.Min(end - 1, ideal + Window);
        line = lines.LineOf(low, line);
        int best = -1, bestCost = int.MaxValue;
        for (var next = line + 1; next < lines.Count && lines.Start(next) <= high; next++)
        {
            var cost = Math.Abs(lines.Start(next) - ideal) + LineCost(lines, next);
            if (lines.Start(next) >= low && cost < bestCost)
            {
                best = lines.Start(next);
                bestCost = cost;
            }
        }

        return best >= 0 ? best : CutInLine(lines.Text, low, high, ideal);
    }

    // After a blank line and before a line that is not indented is the best place.
    private static int LineCost(LineMap lines, int next)
    {
        var line = lines[next];
        var indent = Indent(line);
        var before = lines[next - 1];
        var afterBlank = Indent(before) == before.Length;
        return (afterBlank ? 0 : EndsSentence(before.TrimEnd()) ? 120 : 250) + Math.Min(indent, 40) * 8 + (indent == line.Length ? 200 : 0);
    }

    private static int CutInLine(string text, int low, int high, int ideal)
    {
        var space = -1;
        for (var i = low; i < high; i++)
        {
            if (text[i] is ' ' or '\t' or '\u3000' || text[i] is '\u3002' or '\uFF01' or '\uFF1F')
            {
                var sentence = text[i] > ' ' && text[i] != '\u3000' || EndsSentence(text.AsSpan(0, i));
                var cost = Math.Abs(i - ideal) + (sentence ? 0 : 400);
                var known = space < 0 ? int.MaxValue : Math.Abs(space - ideal) + (EndsSentence(text.AsSpan(0, space)) ? 0 : 400);
                space = cost < known ? i : space;
            }
        }

        return space >= 0 ? space + 1 : Whole(text, ideal, low);
    }

    private static bool EndsSentence(ReadOnlySpan<char> text)
        => text.Length > 0 && text[^1] is '.' or '!' or '?' or ':' or ';' or '\u3002';

    // Neither between the halves of a pair nor between a letter and its marks, unless there are only marks.
    private static int Whole(string text, int at, int low)
    {
        for (var steps = 0; at > low && steps < MaxMarks; at--, steps++)
        {
            if (!char.IsLowSurrogate(text[at])
                && CharUnicodeInfo.GetUnicodeCategory(text[at]) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
                && text[at] is not ('\u200D' or '\uFE0F'))
            {
                return at;
            }
        }

        return char.IsLowSurrogate(text[at]) ? at + 1 : at;
    }

    private static int Indent(ReadOnlySpan<char> line)
    {
        var indent = line.IndexOfAnyExcept(' ', '\t');
        return indent < 0 ? line.Length : indent;
    }
}
