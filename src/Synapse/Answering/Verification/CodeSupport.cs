using Synapse.Answering.Generation;
using Synapse.Answering.Sentences;

namespace Synapse.Answering.Verification;

/// <summary>Finds the lines of the passages that a block of code was taken from.</summary>
internal static class CodeSupport
{
    private const double LeastShare = 0.8;
    private const int ShortestLine = 3;

    /// <summary>Looks the lines of a block up.</summary>
    /// <returns>The span from the first to the last line that is there; null when less than four fifths of the lines are, in their order.</returns>
    public static (Passage Passage, int Start, int End)? Find(string code, IReadOnlyList<Passage> passages)
    {
        var wanted = code.Split('\n').Select(TextSpans.InOneLine).Where(line => line.Length >= ShortestLine).ToList();
        foreach (var passage in passages.Where(_ => wanted.Count > 0))
        {
            var (next, found, start, end) = (0, 0, -1, -1);
            foreach (var (from, until, line) in LinesOf(passage.Text))
            {
                var at = wanted.IndexOf(line, next);
                if (at >= 0)
                {
                    (next, found, end) = (at + 1, found + 1, until);
                    start = start < 0 ? from : start;
                }
            }

            if (found >= LeastShare * wanted.Count)
            {
                return (passage, start, end);
            }
        }

        return null;
    }

    private static IEnumerable<(int Start, int End, string Line)> LinesOf(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var length = text.AsSpan(start).IndexOf('\n');
            var end = length < 0 ? text.Length : start + length;
            var (first, last) = TextSpans.Trim(text, start, end);
            yield return (first, last, TextSpans.InOneLine(text[first..last]));
            start = end + 1;
        }
    }
}
