using System.Collections.Frozen;
using Synapse.Retrieval.Analysis;

namespace Synapse.Web.Text;

/// <summary>Finds the words of a query in a text, as keyword search sees them: by their stems, and as parts of identifiers. Not safe for several threads at once.</summary>
public sealed class TermHighlighter
{
    // An analyser of its own: it remembers the words it has seen, and is forgotten with the question.
    private readonly TextAnalyzer _analyzer = new();
    private readonly Dictionary<string, string?> _known = new(StringComparer.Ordinal);
    private readonly FrozenSet<string> _terms;

    /// <summary>Prepares the words of a query.</summary>
    public TermHighlighter(string query) => _terms = _analyzer.AnalyzeQuery(query).Select(term => term.Text).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Splits a text into runs; the marked ones are words of the query.</summary>
    public IReadOnlyList<TextRun> Split(string text)
    {
        var runs = new List<TextRun>();
        var written = 0;
        foreach (var (start, end, _) in Find(text))
        {
            // Pairs of characters overlap, and neighbours read better as one mark.
            if (start <= written && runs.Count > 0 && runs[^1].IsMarked)
            {
                runs[^1] = new(runs[^1].Text + text[written..end], true);
            }
            else
            {
                if (start > written)
                {
                    runs.Add(new(text[written..start], false));
                }

                runs.Add(new(text[start..end], true));
            }

            written = end;
        }

        if (written < text.Length)
        {
            runs.Add(new(text[written..], false));
        }

        return runs;
    }

    /// <summary>The terms of the query that a text contains; empty when it contains none.</summary>
    public IReadOnlySet<string> TermsIn(string text) => Find(text).Select(match => match.Term).ToHashSet(StringComparer.Ordinal);

    /// <summary>Where the first word of the query begins in a text, or -1.</summary>
    public int FirstIndexIn(string text)
    {
        foreach (var (start, _, _) in Find(text))
        {
            return start;
        }

        return -1;
    }

    private IEnumerable<(int Start, int End, string Term)> Find(string text)
    {
        for (var position = 0; NextWord(text, position, out var start, out var end);)
        {
            if (MatchOf(text[start..end]) is { } term)
            {
                yield return (start, end, term);
            }

            // Scripts without spaces are searched by pairs of characters, so the next pair begins one further.
            position = IsUnspaced(text[start]) && end - start == 2 ? start + 1 : end;
        }
    }

    private string? MatchOf(string word)
    {
        if (!_known.TryGetValue(word, out var match))
        {
            match = _analyzer.AnalyzeQuery(word).Select(term => term.Text).FirstOrDefault(_terms.Contains);
            _known[word] = match;
        }

        return match;
    }

    /// <summary>Finds the next word: letters and digits up to a camel hump, or two characters of a script without spaces.</summary>
    private static bool NextWord(string text, int position, out int start, out int end)
    {
        while (position < text.Length && !IsPart(text[position]))
        {
            position++;
        }

        start = position;
        end = position;
        if (start == text.Length)
        {
            return false;
        }

        if (IsUnspaced(text[start]))
        {
            end = start + 1 < text.Length && IsUnspaced(text[start + 1]) ? start + 2 : start + 1;
            return true;
        }

        end++;
        while (end < text.Length && IsPart(text[end]) && !IsUnspaced(text[end]) && !BeginsHump(text, end))
        {
            end++;
        }

        return true;
    }

    // "readLine" breaks before the L, and "HTMLReader" before the R.
    private static bool BeginsHump(string text, int index)
        => char.IsUpper(text[index])
            && (!char.IsUpper(text[index - 1]) || (index + 1 < text.Length && char.IsLower(text[index + 1])));

    private static bool IsPart(char unit) => char.IsLetterOrDigit(unit) || char.IsSurrogate(unit) || char.IsBetween(unit, '\u0300', '\u036f');

    private static bool IsUnspaced(char unit)
        => char.IsBetween(unit, '\u3040', '\u30ff') || char.IsBetween(unit, '\u3400', '\u9fff') || char.IsBetween(unit, '\u0e00', '\u0eff');
}
