using System.Globalization;
using System.Text;

namespace Synapse.Answering.Sentences;

/// <summary>A citation mark that was taken out of a text.</summary>
/// <param name="Offset">Where it stood, in the text without marks.</param>
/// <param name="Numbers">Passages that it names.</param>
internal readonly record struct CitationMark(int Offset, IReadOnlyList<int> Numbers);

/// <summary>Finds citation marks as models write them: <c>[1]</c>, <c>[1][2]</c>, <c>[1, 2]</c>, <c>[1-3]</c>, <c>[^1]</c>, <c>[Passage 1]</c>, <c>【1†source】</c>, <c>[1](address)</c>.</summary>
internal static class CitationMarks
{
    /// <summary>Longest mark, in UTF-16 units; what is longer is text.</summary>
    public const int MaxLength = 60;

    private const int LongestAddress = 2_000;
    private const int LongestCode = 400;
    private const int MostNumbers = 20;
    private const int HighestNumber = 999;

    /// <summary>Takes the marks out of a text, together with the blanks before them; code between backticks keeps its brackets.</summary>
    /// <param name="text">A paragraph.</param>
    /// <returns>The text without marks, and the marks in order. Both for a beginning of the text are the beginning of both for the whole, see <see cref="SafeLength"/>.</returns>
    public static (string Text, List<CitationMark> Marks) Strip(ReadOnlySpan<char> text)
    {
        var marks = new List<CitationMark>();
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '`')
            {
                var length = LengthOfCode(text[i..]);
                clean.Append(text.Slice(i, length));
                i += length - 1;
            }
            else if (text[i] is '[' or '【' && Read(text[i..]) is { Length: > 0 } mark)
            {
                var hadBlank = false;
                while (clean.Length > 0 && clean[^1] is ' ' or '\t')
                {
                    clean.Length--;
                    hadBlank = true;
                }

                marks.Add(new CitationMark(clean.Length, mark.Numbers));
                i += mark.Length - 1;
                if (hadBlank && i + 1 < text.Length && char.IsLetterOrDigit(text[i + 1]))
                {
                    clean.Append(' ');
                }
            }
            else
            {
                clean.Append(text[i]);
            }
        }

        return (clean.ToString(), marks);
    }

    /// <summary>How much of a text that still grows can be taken apart now: all of it, unless a mark, code or blanks before a mark may have begun at its end.</summary>
    public static int SafeLength(ReadOnlySpan<char> text)
    {
        var safe = text.Length;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '`')
            {
                var length = LengthOfCode(text[i..]);
                if (length == 1 && text.Length - i < LongestCode)
                {
                    safe = i;
                    break;
                }

                i += length - 1;
            }
            else if (text[i] is '[' or '【')
            {
                var mark = Read(text[i..]);
                var end = i + mark.Length;
                if (mark.Length == 0 ? text.Length - i <= MaxLength && !text[i..].ContainsAny(']', '】') : end == text.Length || (text[end] == '(' && mark.Address == 0))
                {
                    safe = i;
                    break;
                }
            }
        }

        while (safe > 0 && char.IsWhiteSpace(text[safe - 1]))
        {
            safe--;
        }

        return safe;
    }

    // A backtick without a partner is text.
    private static int LengthOfCode(ReadOnlySpan<char> text)
    {
        var fence = text.IndexOfAnyExcept('`');
        if (fence < 0)
        {
            return 1;
        }

        var close = text[fence..Math.Min(text.Length, fence + LongestCode)].IndexOf(text[..fence]);
        return close < 0 ? 1 : fence + close + fence;
    }

    private static (int Length, int Address, IReadOnlyList<int> Numbers) Read(ReadOnlySpan<char> text)
    {
        var closer = text[0] == '[' ? ']' : '】';
        var end = text[..Math.Min(text.Length, MaxLength)].IndexOf(closer);
        if (end < 2)
        {
            return (0, 0, []);
        }

        var inside = text[1..end];
        var source = closer == '】' ? inside.IndexOf('†') : -1;
        var numbers = Numbers(source < 0 ? inside : inside[..source]);
        if (numbers.Count == 0)
        {
            return (0, 0, []);
        }

        var address = AddressLength(text[(end + 1)..]);
        return (end + 1 + address, address, numbers);
    }

    private static int AddressLength(ReadOnlySpan<char> after)
    {
        if (after.IsEmpty || after[0] != '(')
        {
            return 0;
        }

        var close = after[..Math.Min(after.Length, LongestAddress)].IndexOfAny(')', '\n');
        return close > 0 && after[close] == ')' ? close + 1 : 0;
    }

    private static List<int> Numbers(ReadOnlySpan<char> inside)
    {
        var numbers = new List<int>();
        var from = -1;
        for (var i = 0; i < inside.Length;)
        {
            var digits = inside[i..].IndexOfAnyExceptInRange('0', '9');
            digits = digits < 0 ? inside.Length - i : digits;
            if (digits > 3 || numbers.Count > MostNumbers)
            {
                return [];
            }

            if (digits > 0)
            {
                var number = int.Parse(inside.Slice(i, digits), NumberStyles.None, CultureInfo.InvariantCulture);
                for (var between = from + 1; from > 0 && between < number && number - from < MostNumbers; between++)
                {
                    numbers.Add(between);
                }

                numbers.Add(number);
                from = -1;
                i += digits;
            }
            else if (inside[i] is '-' or '–' && numbers.Count > 0)
            {
                from = numbers[^1];
                i++;
            }
            else if (inside[i] is ' ' or ',' or ';' or '^' or '#' or '&')
            {
                i++;
            }
            else if (WordLength(inside[i..]) is > 0 and var word)
            {
                i += word;
            }
            else
            {
                return [];
            }
        }

        return numbers.TrueForAll(number => number is > 0 and <= HighestNumber) ? numbers : [];
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        foreach (var word in (ReadOnlySpan<string>)["passages", "passage", "sources", "source", "citation", "and"])
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return word.Length;
            }
        }

        return 0;
    }
}
