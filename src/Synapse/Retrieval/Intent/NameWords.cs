namespace Synapse.Retrieval.Intent;

/// <summary>Splits names into words: <c>HTTPServer_v2.parseAll</c> gives <c>http, server, v, 2, parse, all</c>.</summary>
internal static class NameWords
{
    /// <summary>Adds the words of a name, lower-cased, in order.</summary>
    /// <remarks>Borders are everything but letters and digits, lower to upper case, the last of several upper-case letters before a lower-case one, and letter to digit.</remarks>
    public static void AddTo(ICollection<string> words, ReadOnlySpan<char> name)
    {
        var start = -1;
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsLetterOrDigit(name[i]))
            {
                Add(words, name, start, i);
                start = -1;
            }
            else if (start < 0)
            {
                start = i;
            }
            else if (IsBorder(name, i))
            {
                Add(words, name, start, i);
                start = i;
            }
        }

        Add(words, name, start, name.Length);
    }

    /// <summary>The words of a name, lower-cased, in order.</summary>
    public static List<string> Of(ReadOnlySpan<char> name)
    {
        var words = new List<string>(8);
        AddTo(words, name);
        return words;
    }

    /// <summary>Whether a name shows that code wrote it: an inner capital, an underscore or a qualifier between letters.</summary>
    public static bool LooksLikeCode(ReadOnlySpan<char> name)
    {
        for (var i = 1; i < name.Length; i++)
        {
            var letterBefore = char.IsLetterOrDigit(name[i - 1]) || name[i - 1] == '_';
            if (name[i] == '_' || (letterBefore && i + 1 < name.Length && char.IsLetter(name[i + 1]) && name[i] is '.' or ':' or '#'))
            {
                return true;
            }

            if (char.IsLower(name[i - 1]) && char.IsUpper(name[i]))
            {
                return true;
            }

            if (i + 1 < name.Length && char.IsUpper(name[i - 1]) && char.IsUpper(name[i]) && char.IsLower(name[i + 1]) && !IsPlural(name, i + 1))
            {
                return true;
            }
        }

        return name.Length > 1 && name[0] == '_';
    }

    // "APIs" and "URLs" are prose, "URLSet" is a name.
    private static bool IsPlural(ReadOnlySpan<char> name, int lower) => lower == name.Length - 1 && name[lower] == 's';

    private static bool IsBorder(ReadOnlySpan<char> name, int i)
    {
        var (before, here) = (name[i - 1], name[i]);
        if (char.IsDigit(before) != char.IsDigit(here) || (char.IsLower(before) && char.IsUpper(here)))
        {
            return true;
        }

        return char.IsUpper(before) && char.IsUpper(here) && i + 1 < name.Length && char.IsLower(name[i + 1]) && !IsPlural(name, i + 1);
    }

    private static void Add(ICollection<string> words, ReadOnlySpan<char> name, int start, int end)
    {
        if (start >= 0 && end > start)
        {
            words.Add(name[start..end].ToString().ToLowerInvariant());
        }
    }
}
