namespace Synapse.Retrieval.Analysis;

/// <summary>Turns one written word into its terms: folded, stemmed, and for an identifier the whole and its parts.</summary>
internal static class WordSplitter
{
    /// <summary>Longest word that is taken apart, in UTF-16 units; of a longer one, which is hardly a word, the start is one term.</summary>
    public const int MaxWordLength = 64;

    /// <summary>Adds the terms of a word.</summary>
    /// <param name="word">Letters, digits, marks and underscores; at most <see cref="MaxWordLength"/> units.</param>
    /// <param name="terms">Receives the terms.</param>
    public static void Split(ReadOnlySpan<char> word, List<string> terms)
    {
        Span<char> whole = stackalloc char[MaxWordLength * 2];
        var wholeLength = Fold(word, whole);
        if (wholeLength == 0)
        {
            return;
        }

        Add(whole[..wholeLength], terms);
        if (word.Length == MaxWordLength)
        {
            return;
        }

        Span<char> part = stackalloc char[MaxWordLength * 2];
        var start = 0;
        while (start < word.Length)
        {
            var end = EndOfPart(word, start);
            var partLength = Fold(word[start..end], part);
            // A single letter or digit says too little, and a part that is the whole is there already.
            if (partLength > 1 && partLength < wholeLength)
            {
                Add(part[..partLength], terms);
            }

            start = end;
        }
    }

    /// <summary>Folds characters; underscores are dropped.</summary>
    private static int Fold(ReadOnlySpan<char> text, Span<char> destination)
    {
        var length = 0;
        foreach (var unit in text)
        {
            if (unit != '_')
            {
                length += CharacterFolding.Fold(unit, destination[length..]);
            }
        }

        return length;
    }

    /// <summary>The part of an identifier ends at an underscore, between a small and a capital letter, before the last capital of a row that a small letter follows, and between letters and digits.</summary>
    private static int EndOfPart(ReadOnlySpan<char> word, int start)
    {
        var previous = CharacterClasses.Of(word[start]);
        for (var i = start + 1; i < word.Length; i++)
        {
            var current = CharacterClasses.Of(word[i]);
            var border = current != previous && (previous, current) switch
            {
                (CharacterClass.Upper, CharacterClass.Lower) => false,
                _ => true,
            };
            if (border)
            {
                return i;
            }

            if (previous == CharacterClass.Upper && current == CharacterClass.Upper
                && i + 1 < word.Length && CharacterClasses.Of(word[i + 1]) == CharacterClass.Lower)
            {
                return i;
            }

            previous = current;
        }

        return word.Length;
    }

    private static void Add(Span<char> folded, List<string> terms)
    {
        if (folded.ContainsAnyExceptInRange('a', 'z') || StopWords.Contains(folded))
        {
            terms.Add(folded.ToString());
            return;
        }

        var word = folded.ToString();
        var stem = folded[..EnglishStemmer.Stem(folded)];
        // "one" would end as "on" and "being" as "be", and be lost as stop words.
        terms.Add(StopWords.Contains(stem) ? word : stem.ToString());
    }
}
