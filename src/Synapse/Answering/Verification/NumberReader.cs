using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;

namespace Synapse.Answering.Verification;

/// <summary>Reads numbers as people write them, in digits or in words, so that "three", "3" and "3.0" are one.</summary>
internal static class NumberReader
{
    private static readonly FrozenDictionary<string, int> s_words = Table(
        "zero 0 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 thirteen 13 fourteen 14 fifteen 15 sixteen 16 seventeen 17 "
        + "eighteen 18 nineteen 19 twenty 20 thirty 30 forty 40 fifty 50 sixty 60 seventy 70 eighty 80 ninety 90 hundred 100 thousand 1000 million 1000000 "
        + "billion 1000000000 dozen 12 twice 2 zwei 2 drei 3 vier 4 fünf 5 sechs 6 sieben 7 acht 8 neun 9 zehn 10 elf 11 zwölf 12");

    // Too common in other senses to be asked for, and right when the text has the digit.
    private static readonly FrozenDictionary<string, int> s_sourceWords = Table(
        "one 1 once 1 single 1 first 1 second 2 third 3 fourth 4 fifth 5 double 2 both 2 a 1 an 1 half 2 eins 1 ein 1 eine 1 einen 1 einem 1");

    private static readonly SearchValues<char> s_numberUnits = SearchValues.Create("0123456789.,'’-");
    private static readonly SearchValues<char> s_decimalUnits = SearchValues.Create("0123456789.,");
    private static readonly string[] s_months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] s_fullMonths = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    /// <summary>The ways to read a word as a number; empty when it is none.</summary>
    /// <param name="word">A word.</param>
    /// <param name="isSource">Whether it is of a stored text, where "first" and "one" count too.</param>
    public static IReadOnlyList<string> Read(ReadOnlySpan<char> word, bool isSource = false)
    {
        if (char.IsAsciiDigit(word[0]))
        {
            return ReadDigits(word);
        }

        if (Month(word, isSource) is > 0 and var month)
        {
            return [Canonical(month)];
        }

        return ReadWords(word.ToString(), isSource);
    }

    /// <summary>The numbers that a word is put together from: those of 2024-03-31, 31.3.2024, SHA-256 and v2; a decimal is one number.</summary>
    public static IEnumerable<string> PartsOf(ReadOnlySpan<char> word)
    {
        var parts = new List<string>();
        for (var i = 0; i < word.Length; i++)
        {
            var length = word[i..].IndexOfAnyExcept(s_decimalUnits);
            length = length < 0 ? word.Length - i : length;
            var run = word.Slice(i, length).Trim(".,");
            if (run.Count('.') > 1)
            {
                foreach (var part in run.ToString().Split('.'))
                {
                    parts.Add(TrimZeros(part));
                }
            }
            else if (!run.IsEmpty)
            {
                parts.Add(ReadDigits(run)[0]);
            }

            i += length;
        }

        return parts;
    }

    private static List<string> ReadDigits(ReadOnlySpan<char> word)
    {
        var length = word.IndexOfAnyExcept(s_numberUnits);
        var number = (length < 0 ? word : word[..length]).TrimEnd("-.,'’");
        if (number.Contains('-'))
        {
            // A date or a range: written the same way, or part by part.
            return [number.ToString()];
        }

        if (length == number.Length && word[length..] is not ("st" or "nd" or "rd" or "th" or "k" or "kB" or "KB" or "MB" or "GB" or "MiB" or "GiB" or "ms" or "s" or "h" or "d" or "x" or "km" or "m" or "kg"))
        {
            // A name that begins with digits, such as 3D or 802.11ac.
            return [word.ToString().ToLowerInvariant(), number.ToString()];
        }

        var plain = number.ToString().Replace("'", "", StringComparison.Ordinal).Replace("’", "", StringComparison.Ordinal);
        var readings = new List<string>();
        AddDecimal(plain.Replace(",", "", StringComparison.Ordinal), readings);
        if (plain.Contains('.', StringComparison.Ordinal) || !plain.Contains(',', StringComparison.Ordinal) || plain.Length - plain.LastIndexOf(',') != 4)
        {
            // "1.000" is a thousand to some and one to others; "1,000" is a thousand.
            AddDecimal(plain.Replace(".", "", StringComparison.Ordinal).Replace(',', '.'), readings);
        }

        readings.Add(plain);
        return readings;
    }

    private static void AddDecimal(string text, List<string> readings)
    {
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            readings.Add(value.ToString("0.############", CultureInfo.InvariantCulture));
        }
    }

    private static IReadOnlyList<string> ReadWords(string word, bool isSource)
    {
        if (s_words.TryGetValue(word, out var value) || (isSource && s_sourceWords.TryGetValue(word, out value)))
        {
            return [Canonical(value)];
        }

        // "twenty-four"
        var parts = word.Split('-');
        return parts is [var tens, var ones] && s_words.TryGetValue(tens, out var ten) && ten is >= 20 and <= 90
            && (s_words.TryGetValue(ones, out var one) || s_sourceWords.TryGetValue(ones, out one))
            ? [Canonical(ten + one)]
            : [];
    }

    private static int Month(ReadOnlySpan<char> word, bool isSource)
    {
        // "may" and "march" are verbs too; as a month they have a capital.
        if (!char.IsUpper(word[0]) || (word.Length == 3 && !isSource && word.Equals("May", StringComparison.Ordinal)))
        {
            return 0;
        }

        for (var i = 0; i < s_months.Length; i++)
        {
            if (word.Equals(s_months[i], StringComparison.OrdinalIgnoreCase) || word.Equals(s_fullMonths[i], StringComparison.OrdinalIgnoreCase))
            {
                return i + 1;
            }
        }

        return 0;
    }

    private static string TrimZeros(ReadOnlySpan<char> digits)
    {
        var trimmed = digits.TrimStart('0');
        return trimmed.IsEmpty ? "0" : trimmed.ToString();
    }

    private static string Canonical(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static FrozenDictionary<string, int> Table(string wordsAndValues)
        => wordsAndValues.Split(' ').Chunk(2).ToFrozenDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.OrdinalIgnoreCase);
}
