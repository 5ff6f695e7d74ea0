namespace Synapse.Retrieval.Analysis;

/// <summary>Takes the endings off English words, so that "connected", "connecting" and "connection" are one term.</summary>
/// <remarks>M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the two changes of step 2 that its author made later (bli, logi).</remarks>
internal static class EnglishStemmer
{
    // Longest first wherever one ending ends with another.
    private static readonly (string Ending, string Replacement)[] s_doubleEndings =
    [
        ("ational", "ate"), ("ization", "ize"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
        ("tional", "tion"), ("biliti", "ble"), ("entli", "ent"), ("ousli", "ous"), ("ation", "ate"), ("alism", "al"),
        ("aliti", "al"), ("iviti", "ive"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("alli", "al"),
        ("ator", "ate"), ("logi", "log"), ("bli", "ble"), ("eli", "e"),
    ];

    private static readonly (string Ending, string Replacement)[] s_adjectiveEndings =
        [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ness", ""), ("ful", "")];

    private static readonly string[] s_lastEndings =
    [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti", "ous", "ive", "ize",
        "al", "er", "ic", "ou",
    ];

    /// <summary>Stems a word in place.</summary>
    /// <param name="word">Letters a to z only.</param>
    /// <returns>Length of the stem, which is at the start of <paramref name="word"/>.</returns>
    public static int Stem(Span<char> word)
    {
        if (word.Length < 3)
        {
            return word.Length;
        }

        var length = TakePlural(word);
        length = TakePastAndGerund(word, length);
        if (word[length - 1] == 'y' && HasVowel(word, length - 1))
        {
            word[length - 1] = 'i';
        }

        length = Replace(word, length, s_doubleEndings);
        length = Replace(word, length, s_adjectiveEndings);
        length = TakeLastEnding(word, length);
        return TakeFinalE(word, length);
    }

    private static int TakePlural(Span<char> word)
    {
        var length = word.Length;
        if (word[length - 1] != 's')
        {
            return length;
        }

        if (word.EndsWith("sses") || word.EndsWith("ies"))
        {
            return length - 2;
        }

        return word[length - 2] == 's' ? length : length - 1;
    }

    private static int TakePastAndGerund(Span<char> word, int length)
    {
        ReadOnlySpan<char> text = word[..length];
        if (text.EndsWith("eed"))
        {
            return Measure(word, length - 3) > 0 ? length - 1 : length;
        }

        int stem;
        if (text.EndsWith("ed") && HasVowel(word, length - 2))
        {
            stem = length - 2;
        }
        else if (text.EndsWith("ing") && HasVowel(word, length - 3))
        {
            stem = length - 3;
        }
        else
        {
            return length;
        }

        text = word[..stem];
        if (text.EndsWith("at") || text.EndsWith("bl") || text.EndsWith("iz"))
        {
            word[stem] = 'e';
            return stem + 1;
        }

        if (EndsWithDoubleConsonant(word, stem) && word[stem - 1] is not ('l' or 's' or 'z'))
        {
            return stem - 1;
        }

        if (Measure(word, stem) == 1 && EndsWithShortSyllable(word, stem))
        {
            word[stem] = 'e';
            return stem + 1;
        }

        return stem;
    }

    private static int Replace(Span<char> word, int length, (string Ending, string Replacement)[] endings)
    {
        foreach (var (ending, replacement) in endings)
        {
            if (!word[..length].EndsWith(ending))
            {
                continue;
            }

            var stem = length - ending.Length;
            if (Measure(word, stem) == 0)
            {
                return length;
            }

            replacement.CopyTo(word[stem..]);
            return stem + replacement.Length;
        }

        return length;
    }

    private static int TakeLastEnding(Span<char> word, int length)
    {
        foreach (var ending in s_lastEndings)
        {
            if (!word[..length].EndsWith(ending))
            {
                continue;
            }

            var stem = length - ending.Length;
            var fits = Measure(word, stem) > 1 && (ending != "ion" || word[stem - 1] is 's' or 't');
            return fits ? stem : length;
        }

        return length;
    }

    private static int TakeFinalE(Span<char> word, int length)
    {
        if (word[length - 1] == 'e')
        {
            var measure = Measure(word, length - 1);
            if (measure > 1 || (measure == 1 && !EndsWithShortSyllable(word, length - 1)))
            {
                length--;
            }
        }

        return length > 1 && word[length - 1] == 'l' && EndsWithDoubleConsonant(word, length) && Measure(word, length) > 1
            ? length - 1
            : length;
    }

    private static bool IsConsonant(Span<char> word, int index) => word[index] switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' => false,
        'y' => index == 0 || !IsConsonant(word, index - 1),
        _ => true,
    };

    private static bool HasVowel(Span<char> word, int length)
    {
        for (var i = 0; i < length; i++)
        {
            if (!IsConsonant(word, i))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How many times a vowel is followed by a consonant: Porter's m.</summary>
    private static int Measure(Span<char> word, int length)
    {
        var measure = 0;
        var afterVowel = false;
        for (var i = 0; i < length; i++)
        {
            var consonant = IsConsonant(word, i);
            if (consonant && afterVowel)
            {
                measure++;
            }

            afterVowel = !consonant;
        }

        return measure;
    }

    private static bool EndsWithDoubleConsonant(Span<char> word, int length)
        => length > 1 && word[length - 1] == word[length - 2] && IsConsonant(word, length - 1);

    /// <summary>Whether it ends consonant, vowel, consonant, the last not w, x or y: Porter's *o.</summary>
    private static bool EndsWithShortSyllable(Span<char> word, int length)
        => length > 2
            && IsConsonant(word, length - 1)
            && !IsConsonant(word, length - 2)
            && IsConsonant(word, length - 3)
            && word[length - 1] is not ('w' or 'x' or 'y');
}
