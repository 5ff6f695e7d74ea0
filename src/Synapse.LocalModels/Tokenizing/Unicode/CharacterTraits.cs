using System.Globalization;

namespace Synapse.LocalModels.Tokenizing.Unicode;

/// <summary>What tokenizers ask about a character.</summary>
[Flags]
internal enum CharacterTrait : byte
{
    None = 0,

    /// <summary>It separates words: Unicode's White_Space.</summary>
    Whitespace = 1,

    /// <summary>BERT drops it: control, format and private characters.</summary>
    Control = 2,

    /// <summary>Punctuation, and everything in ASCII that is neither letter nor digit.</summary>
    Punctuation = 4,

    /// <summary>BERT strips it as an accent.</summary>
    NonspacingMark = 8,

    /// <summary>A mark of any kind.</summary>
    Mark = 16,

    /// <summary><c>\p{L}</c> of a regular expression.</summary>
    Letter = 32,

    /// <summary><c>\p{N}</c> of a regular expression.</summary>
    Number = 64,

    /// <summary><c>\w</c> of a regular expression.</summary>
    Word = 128,
}

/// <summary>The traits of all characters. Those of BERT are of Unicode 8 (see <see cref="UnicodeTables"/>), the others of the runtime's version.</summary>
internal static class CharacterTraits
{
    // One byte for each code point: 1.1 MB, made when the first tokenizer is loaded.
    private static readonly byte[] Traits = Build();

    public static CharacterTrait Of(char character) => (CharacterTrait)Traits[character];

    public static CharacterTrait Of(int codePoint) => (CharacterTrait)Traits[codePoint];

    public static bool Has(int codePoint, CharacterTrait trait) => ((CharacterTrait)Traits[codePoint] & trait) != 0;

    /// <summary>Lower case of one character, as Unicode has it without context. Only İ becomes two: i and a dot above.</summary>
    public static int ToLower(int codePoint)
    {
        if (codePoint < 0x80)
        {
            return codePoint is >= 'A' and <= 'Z' ? codePoint | 0x20 : codePoint;
        }

        return codePoint switch
        {
            // Unicode 17, which the runtime does not know yet.
            0xA7CE or 0xA7D2 or 0xA7D4 => codePoint + 1,
            >= 0x16EA0 and <= 0x16EB8 => codePoint + 0x1B,
            < 0x10000 => char.ToLowerInvariant((char)codePoint),
            _ => System.Text.Rune.ToLowerInvariant(new System.Text.Rune(codePoint)).Value,
        };
    }

    /// <summary>Whether a character is a number in Unicode 17.</summary>
    public static bool IsNumeric(int codePoint)
        => Has(codePoint, CharacterTrait.Number) || codePoint is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);

    private static byte[] Build()
    {
        var traits = new byte[0x110000];
        for (var codePoint = 0; codePoint < traits.Length; codePoint++)
        {
            traits[codePoint] = (byte)FromCategory(codePoint, CharUnicodeInfo.GetUnicodeCategory(codePoint));
        }

        var tables = UnicodeTables.FromResource();
        Add(tables.Controls, CharacterTrait.Control);
        Add(tables.Punctuation, CharacterTrait.Punctuation);
        Add(tables.NonspacingMarks, CharacterTrait.NonspacingMark);
        Add(tables.Marks, CharacterTrait.Mark);
        return traits;

        void Add(IReadOnlyList<(int First, int Length)> runs, CharacterTrait trait)
        {
            foreach (var (first, length) in runs)
            {
                foreach (ref var flags in traits.AsSpan(first, length))
                {
                    flags |= (byte)trait;
                }
            }
        }
    }

    private static CharacterTrait FromCategory(int codePoint, UnicodeCategory category)
    {
        var trait = category switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterTrait.Letter | CharacterTrait.Word,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber => CharacterTrait.Number | CharacterTrait.Word,
            UnicodeCategory.OtherNumber => CharacterTrait.Number,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
                or UnicodeCategory.ConnectorPunctuation => CharacterTrait.Word,
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => CharacterTrait.Whitespace,
            _ => CharacterTrait.None,
        };
        return codePoint switch
        {
            (>= 0x09 and <= 0x0D) or 0x85 => CharacterTrait.Whitespace,
            (>= '!' and <= '/') or (>= ':' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~') => trait | CharacterTrait.Punctuation,
            // Joiners, and symbols that Unicode counts as alphabetic.
            0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189)
                => trait | CharacterTrait.Word,
            _ => trait,
        };
    }
}
