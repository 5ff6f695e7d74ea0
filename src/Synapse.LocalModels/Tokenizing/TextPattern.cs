using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Synapse.LocalModels.Tokenizing.Unicode;

namespace Synapse.LocalModels.Tokenizing;

/// <summary>A literal text, or a regular expression as tokenizers know them (Oniguruma's). Immutable.</summary>
internal sealed class TextPattern
{
    private const int MaxLength = 4_096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What Oniguruma reads otherwise than .NET does, or .NET not at all. Better refused than read wrong.
    private static readonly string[] Foreign = [@"\h", @"\H", @"\R", @"\X", @"\K", @"\N", @"\O", @"\y", @"\Y", @"\x{", "&&", @"\p{^", "(?~", @"\g", @"\G"];

    // Oniguruma's \w: inside a class; and alone, where it counts superscripts and fractions of Latin-1 too.
    private const string WordClass = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9";
    private const string WordAlone = WordClass + @"\u00B2\u00B3\u00B9\u00BC-\u00BE";

    private readonly string? literal;
    private readonly Regex? expression;

    private TextPattern(string? literal, Regex? expression)
    {
        this.literal = literal;
        this.expression = expression;
    }

    public static TextPattern Literal(string text)
        => text.Length is > 0 and <= MaxLength ? new(text, null) : throw new InvalidDataException("it looks for a text that is empty or too long");

    public static TextPattern Expression(string pattern)
    {
        if (pattern.Length > MaxLength || Foreign.FirstOrDefault(token => pattern.Contains(token, StringComparison.Ordinal)) is not null
            || pattern.EnumerateRunes().Any(static rune => !rune.IsBmp) || Translate(pattern) is not { } translated)
        {
            throw new InvalidDataException($"its regular expression '{Shown(pattern)}' uses what is not supported");
        }

        try
        {
            return new(null, new Regex(translated, RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.Compiled, Patience));
        }
        catch (ArgumentException unknown)
        {
            throw new InvalidDataException($"its regular expression '{Shown(pattern)}' cannot be read: {unknown.Message}", unknown);
        }
    }

    /// <summary>All matches, in order, none over another.</summary>
    public List<(int Start, int End)> Matches(ReadOnlySpan<char> text)
    {
        var matches = new List<(int Start, int End)>();
        if (expression is null)
        {
            var from = 0;
            while (text[from..].IndexOf(literal, StringComparison.Ordinal) is var at && at >= 0)
            {
                matches.Add((from + at, from + at + literal!.Length));
                from += at + literal.Length;
            }

            return matches;
        }

        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            foreach (var match in expression.EnumerateMatches(text))
            {
                matches.Add((match.Index, match.Index + match.Length));
            }

            return matches;
        }

        var (shadow, offsets) = Shadow(text);
        foreach (var match in expression.EnumerateMatches(shadow))
        {
            matches.Add((offsets[match.Index], offsets[match.Index + match.Length]));
        }

        return matches;
    }

    /// <summary>
    /// The text with one character of the first plane and of the same category for each of the others: .NET matches UTF-16, in which a
    /// letter of another plane is two surrogates and no letter.
    /// </summary>
    private static (string Text, int[] Offsets) Shadow(ReadOnlySpan<char> text)
    {
        var shadow = new StringBuilder(text.Length);
        var offsets = new List<int>(text.Length + 1);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            shadow.Append(rune.IsBmp ? (char)rune.Value : StandIn(rune.Value));
            offsets.Add(at);
            at += rune.Utf16SequenceLength;
        }

        offsets.Add(at);
        return (shadow.ToString(), [.. offsets]);
    }

    private static char StandIn(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        UnicodeCategory.UppercaseLetter => '\u2C00',
        UnicodeCategory.LowercaseLetter => '\u2C30',
        UnicodeCategory.ModifierLetter => '\uA717',
        UnicodeCategory.OtherLetter => '\uA500',
        UnicodeCategory.NonSpacingMark => '\uA66F',
        UnicodeCategory.SpacingCombiningMark => '\uA823',
        UnicodeCategory.DecimalDigitNumber => '\uA8D0',
        UnicodeCategory.LetterNumber => '\uA6E6',
        UnicodeCategory.OtherNumber => '\uA830',
        UnicodeCategory.Format => '\u2060',
        UnicodeCategory.DashPunctuation => '\u2E3A',
        UnicodeCategory.OtherPunctuation => '\uA4FE',
        UnicodeCategory.CurrencySymbol => '\uA838',
        UnicodeCategory.MathSymbol => '\u2A00',
        UnicodeCategory.ModifierSymbol => '\uA700',
        UnicodeCategory.OtherSymbol => CharacterTraits.Has(codePoint, CharacterTrait.Word) ? '\u24B6' : '\uA490',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\u0378',
    };

    /// <summary>The expression for .NET, in which <c>\w</c> means less; null when classes are nested.</summary>
    private static string? Translate(string pattern)
    {
        var translated = new StringBuilder(pattern.Length);
        var isInside = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\' when i + 1 < pattern.Length:
                    i++;
                    if (pattern[i] == 'W' && isInside)
                    {
                        return null;
                    }

                    translated.Append((pattern[i], isInside) switch
                    {
                        ('w', true) => WordClass,
                        ('w', false) => $"[{WordAlone}]",
                        ('W', false) => $"[^{WordAlone}]",
                        var (escaped, _) => $"\\{escaped}",
                    });
                    continue;
                case '[' when isInside:
                    return null;
                case '[':
                    isInside = true;
                    break;
                case ']':
                    isInside = false;
                    break;
                default:
                    break;
            }

            translated.Append(pattern[i]);
        }

        return translated.ToString();
    }

    private static string Shown(string pattern) => pattern.Length <= 80 ? pattern : string.Concat(pattern.AsSpan(0, 80), "...");
}
