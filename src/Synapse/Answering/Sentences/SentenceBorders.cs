using System.Collections.Frozen;

namespace Synapse.Answering.Sentences;

/// <summary>Finds where sentences end inside of one paragraph.</summary>
internal static class SentenceBorders
{
    /// <summary>Longest sentence, in UTF-16 units; a longer one, which is hardly a sentence, is cut between words.</summary>
    public const int MaxLength = 700;

    private static readonly FrozenSet<string> s_abbreviations = FrozenSet.ToFrozenSet(
    [
        "e.g", "i.e", "eg", "ie", "etc", "cf", "vs", "viz", "al", "ca", "approx", "resp", "incl", "dr", "mr", "mrs", "ms", "prof", "st", "jr", "sr",
        "fig", "figs", "eq", "eqs", "ref", "refs", "sec", "ch", "chap", "vol", "no", "nos", "pp", "p", "ed", "eds", "art", "para", "inc", "ltd",
        "corp", "co", "dept", "univ", "est", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "u.s", "u.k", "a.m", "p.m",
    ]);

    private static readonly FrozenSet<string> s_neverLast = FrozenSet.ToFrozenSet(["e.g", "i.e", "eg", "ie", "cf", "vs", "viz", "fig", "figs", "eq", "eqs", "dr", "mr", "mrs", "ms", "prof", "pp", "no", "nos", "ref", "refs", "vol", "sec", "approx", "ca"]);

    /// <summary>Splits a paragraph.</summary>
    /// <param name="text">The text around it.</param>
    /// <param name="start">Where the paragraph starts.</param>
    /// <param name="end">One past its end.</param>
    /// <param name="units">Receives the sentences, without white space at their ends.</param>
    public static void Split(string text, int start, int end, List<TextUnit> units)
    {
        var from = start;
        for (var i = start; i < end; i++)
        {
            if (text[i] is '。' or '！' or '？')
            {
                Add(text, from, i + 1, units);
                from = i + 1;
            }
            else if (text[i] is '.' or '!' or '?' or '…')
            {
                var after = AfterClosers(text, i + 1, end);
                if (after < end && char.IsWhiteSpace(text[after]) && EndsSentence(text, from, i, after, end))
                {
                    Add(text, from, after, units);
                    from = after;
                }

                i = after - 1;
            }
        }

        Add(text, from, end, units);
    }

    private static int AfterClosers(string text, int position, int end)
    {
        while (position < end && text[position] is '.' or '!' or '?' or '"' or '\'' or ')' or ']' or '”' or '’' or '*' or '_' or '`')
        {
            position++;
        }

        return position;
    }

    private static bool EndsSentence(string text, int from, int mark, int after, int end)
    {
        var (next, _) = TextSpans.Trim(text, after, end);
        if (next == end)
        {
            return true;
        }

        if (text[mark] != '.' || (mark > from && char.IsWhiteSpace(text[mark - 1])))
        {
            return true;
        }

        var wordStart = mark;
        while (wordStart > from && !char.IsWhiteSpace(text[wordStart - 1]) && text[wordStart - 1] is not ('(' or '[' or '"'))
        {
            wordStart--;
        }

        var word = text[wordStart..mark].ToLowerInvariant();
        var startsUpper = char.IsUpper(text[next]);
        if (s_abbreviations.Contains(word))
        {
            return startsUpper && !s_neverLast.Contains(word) && word.Length > 1;
        }

        // Initials such as "J." belong to a name.
        if (mark - wordStart == 1 && char.IsUpper(text[wordStart]) && startsUpper)
        {
            return text[wordStart] is 'I';
        }

        return !char.IsLower(text[next]);
    }

    private static void Add(string text, int start, int end, List<TextUnit> units)
    {
        var (first, last) = TextSpans.Trim(text, start, end);
        while (last - first > MaxLength)
        {
            var cut = text.AsSpan(first, MaxLength).LastIndexOfAny(" \n\t");
            var length = cut > 0 ? cut : MaxLength;
            if (cut <= 0 && char.IsHighSurrogate(text[first + length - 1]))
            {
                length--;
            }

            var (_, cutEnd) = TextSpans.Trim(text, first, first + length);
            units.Add(new TextUnit(first, cutEnd, TextUnitKind.Sentence));
            (first, last) = TextSpans.Trim(text, first + length, last);
        }

        if (last > first)
        {
            units.Add(new TextUnit(first, last, TextUnitKind.Sentence));
        }
    }
}
