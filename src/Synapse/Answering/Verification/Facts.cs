using Synapse.Retrieval.Intent;

namespace Synapse.Answering.Verification;

/// <summary>What in a text can be right or wrong to the letter.</summary>
/// <param name="Numbers">Numbers as written, each with the ways to read it.</param>
/// <param name="Names">Words with a capital letter that do not begin a sentence.</param>
/// <param name="Identifiers">Names of code, and what stands between backticks.</param>
internal sealed record Facts(IReadOnlyList<(string Written, IReadOnlyList<string> Readings)> Numbers, IReadOnlyList<string> Names, IReadOnlyList<string> Identifiers)
{
    private const int ShortestName = 2;

    /// <summary>Reads the facts that a claim must show.</summary>
    public static Facts OfClaim(string text)
    {
        var numbers = new List<(string, IReadOnlyList<string>)>();
        var names = new List<string>();
        var identifiers = new List<string>();
        var atStart = true;
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '`' && text.IndexOf('`', i + 1) is var close && close > i + 1)
            {
                identifiers.Add(text[(i + 1)..close].Trim());
                atStart = false;
                i = close + 1;
            }
            else if (!IsWord(text, i))
            {
                atStart |= text[i] is '.' or '!' or '?' or ':' or '"' or '“' or '\u2014';
                i++;
            }
            else
            {
                var position = i;
                TakeWord(text, ref position, out var start);
                Sort(text.AsSpan(start, position - start), atStart, numbers, names, identifiers);
                atStart = false;
                i = position;
            }
        }

        return new Facts(numbers, names, identifiers);
    }

    /// <summary>All ways to read all numbers of a stored text.</summary>
    public static HashSet<string> NumbersOf(string text)
    {
        var numbers = new HashSet<string>();
        var position = 0;
        while (TakeWord(text, ref position, out var start))
        {
            var word = text.AsSpan(start, position - start);
            numbers.UnionWith(NumberReader.Read(word, isSource: true));
            numbers.UnionWith(NumberReader.PartsOf(word));
        }

        return numbers;
    }

    private static void Sort(ReadOnlySpan<char> word, bool atStart, List<(string, IReadOnlyList<string>)> numbers, List<string> names, List<string> identifiers)
    {
        if (NumberReader.Read(word) is { Count: > 0 } readings)
        {
            numbers.Add((word.ToString(), readings));
        }
        else if (NameWords.LooksLikeCode(word))
        {
            identifiers.Add(word.ToString());
        }
        else if (!atStart && word.Length >= ShortestName && char.IsUpper(word[0]))
        {
            names.Add(word.ToString());
        }
    }

    private static bool TakeWord(string text, ref int position, out int start)
    {
        while (position < text.Length && !IsWord(text, position))
        {
            position++;
        }

        start = position;
        while (position < text.Length && IsWord(text, position))
        {
            position++;
        }

        return position > start;
    }

    // A dot, comma, dash or underscore between letters or digits belongs to the word: 1,000, 10.0.12, 2024-03-31, max_size.
    private static bool IsWord(string text, int position)
        => char.IsLetterOrDigit(text[position])
            || text[position] == '_'
            || (text[position] is '.' or ',' or '-' or '\'' or '’' && position > 0 && position + 1 < text.Length
                && char.IsLetterOrDigit(text[position - 1]) && char.IsLetterOrDigit(text[position + 1]));
}
