using System.Globalization;

namespace Synapse.Retrieval.Analysis;

/// <summary>What a UTF-16 unit is to the splitting of words.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Stands between words.</summary>
    Separator,

    /// <summary>A letter without capital form, a small letter, or a mark on a letter.</summary>
    Lower,

    /// <summary>A capital letter.</summary>
    Upper,

    /// <summary>A digit.</summary>
    Digit,

    /// <summary>The underscore, which holds the parts of an identifier together.</summary>
    Underscore,

    /// <summary>A character of a script that sets no spaces between words.</summary>
    Unspaced,
}

/// <summary>Tells the classes of characters.</summary>
internal static class CharacterClasses
{
    private static readonly CharacterClass[] s_ascii = MakeAsciiTable();

    /// <summary>The class of one UTF-16 unit; halves of surrogate pairs count as letters, those of Chinese characters as unspaced.</summary>
    public static CharacterClass Of(char unit) => unit < 128 ? s_ascii[unit] : OfOther(unit);

    private static CharacterClass OfOther(char unit)
    {
        if (IsUnspacedRange(unit))
        {
            return char.IsLetterOrDigit(unit) || IsMark(unit) || char.IsSurrogate(unit) ? CharacterClass.Unspaced : CharacterClass.Separator;
        }

        if (char.IsUpper(unit))
        {
            return CharacterClass.Upper;
        }

        if (char.IsLetter(unit))
        {
            return CharacterClass.Lower;
        }

        if (char.IsDigit(unit))
        {
            return CharacterClass.Digit;
        }

        return char.IsSurrogate(unit) || IsMark(unit) || unit is '\u00AD' or '\u200C' or '\u200D'
            ? CharacterClass.Lower
            : CharacterClass.Separator;
    }

    private static bool IsMark(char unit)
        => char.GetUnicodeCategory(unit) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static bool IsUnspacedRange(char unit)
        => unit is (>= '\u0E00' and <= '\u0EFF')      // Thai, Lao
            or (>= '\u1000' and <= '\u109F')           // Myanmar
            or (>= '\u1780' and <= '\u17FF')           // Khmer
            or (>= '\u3005' and <= '\u3007')           // ideographic iteration mark and zero
            or (>= '\u3040' and <= '\u30FF')           // Hiragana, Katakana
            or (>= '\u31F0' and <= '\u31FF')
            or (>= '\u3400' and <= '\u4DBF')           // Han
            or (>= '\u4E00' and <= '\u9FFF')
            or (>= '\uAC00' and <= '\uD7AF')           // Hangul: spaced, but its endings cling to the words
            or (>= '\uD840' and <= '\uD8BF')           // first halves of rare Han characters
            or (>= '\uF900' and <= '\uFAFF')
            or (>= '\uFF66' and <= '\uFF9F');

    private static CharacterClass[] MakeAsciiTable()
    {
        var table = new CharacterClass[128];
        for (var unit = 0; unit < 128; unit++)
        {
            table[unit] = (char)unit switch
            {
                >= 'a' and <= 'z' => CharacterClass.Lower,
                >= 'A' and <= 'Z' => CharacterClass.Upper,
                >= '0' and <= '9' => CharacterClass.Digit,
                '_' => CharacterClass.Underscore,
                _ => CharacterClass.Separator,
            };
        }

        return table;
    }
}
