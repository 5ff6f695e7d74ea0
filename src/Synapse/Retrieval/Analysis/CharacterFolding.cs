namespace Synapse.Retrieval.Analysis;

/// <summary>Brings characters that a person takes for the same to one form: lower case, plain Latin letters, no accents, no Arabic vowel marks, no full width.</summary>
/// <remarks>Own tables, since the process runs without a culture library, and so without Unicode normalisation.</remarks>
internal static class CharacterFolding
{
    // The plain letter of each character from U+00C0 to U+024F and from U+1E00 to U+1EFF; a character without one stands for itself.
    private const string LatinPlain = "aaaaaaæceeeeiiiidnooooo×ouuuuyþßaaaaaaæceeeeiiiidnooooo÷ouuuuyþy"
        + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiĳĳjjkkĸllllllŀ"
        + "ŀllnnnnnnŉŋŋooooooœœrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzſ"
        + "bɓƃƃƅƅɔƈƈɖɗƌƌƍǝəɛƒƒɠɣƕɩɨƙƙƚƛɯɲƞɵooƣƣƥƥʀƨƨʃƪƫƭƭʈuuʊʋƴƴƶƶʒƹƹƺƻƽƽƾƿ"
        + "ǀǁǂǃǆǆǆǉǉǉǌǌǌaaiioouuuuuuuuuuǝaaaaææǥǥggkkooooʒʒjǳǳǳggƕƿnnaaææoo"
        + "aaaaeeeeiiiioooorrrruuuussttȝȝhhƞȡȣȣȥȥaaeeooooooooyyȴȵȶȷȸȹⱥȼȼƚⱦȿ"
        + "ɀɂɂbʉʌɇɇɉɉɋɋɍɍɏɏ";

    private const string LatinAdditionalPlain = "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
        + "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
        + "wwwwwwwwwwxxxxyyzzzzzzhtwyẚſẜẝßẟaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
        + "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyỻỻỽỽỿỿ";

    /// <summary>Appends the folded form of one UTF-16 unit, which may be nothing.</summary>
    /// <param name="unit">A letter, digit, mark or half of a surrogate pair.</param>
    /// <param name="destination">Receives 0 to 2 units; at least 2 long.</param>
    /// <returns>Units written.</returns>
    public static int Fold(char unit, Span<char> destination)
    {
        switch (unit)
        {
            case < (char)0xC0:
                destination[0] = char.ToLowerInvariant(unit);
                return 1;
            case 'ß' or 'ẞ':
                destination[0] = 's';
                destination[1] = 's';
                return 2;
            case 'æ' or 'Æ' or 'ǽ' or 'Ǽ' or 'ǣ' or 'Ǣ':
                destination[0] = 'a';
                destination[1] = 'e';
                return 2;
            case 'œ' or 'Œ':
                destination[0] = 'o';
                destination[1] = 'e';
                return 2;
            case 'þ' or 'Þ':
                destination[0] = 't';
                destination[1] = 'h';
                return 2;
        }

        if (IsDroppedMark(unit))
        {
            return 0;
        }

        destination[0] = Plain(unit);
        return 1;
    }

    private static bool IsDroppedMark(char unit)
        => unit is (>= '\u0300' and <= '\u036F')            // Latin, Greek and Cyrillic accents
            or (>= '\u0591' and <= '\u05C7')                // Hebrew points
            or (>= '\u064B' and <= '\u065F') or '\u0670'    // Arabic vowel marks
            or '\u0640'                                     // Arabic stretching
            or '\u200C' or '\u200D' or '\u00AD';            // joiners, soft hyphen

    private static char Plain(char unit)
    {
        if (unit < 0x250)
        {
            return LatinPlain[unit - 0xC0];
        }

        if (unit is >= '\u1E00' and <= '\u1EFF')
        {
            return LatinAdditionalPlain[unit - 0x1E00];
        }

        if (unit is >= '\uFF01' and <= '\uFF5E')
        {
            return char.ToLowerInvariant((char)(unit - 0xFEE0));
        }

        return unit switch
        {
            'أ' or 'إ' or 'آ' or 'ٱ' => 'ا',
            'ى' => 'ي',
            'ة' => 'ه',
            'ё' or 'Ё' => 'е',
            'ς' => 'σ',
            'ά' or 'Ά' => 'α',
            'έ' or 'Έ' => 'ε',
            'ή' or 'Ή' => 'η',
            'ί' or 'Ί' or 'ϊ' or 'ΐ' => 'ι',
            'ό' or 'Ό' => 'ο',
            'ύ' or 'Ύ' or 'ϋ' or 'ΰ' => 'υ',
            'ώ' or 'Ώ' => 'ω',
            >= '\u0660' and <= '\u0669' => (char)(unit - 0x0660 + '0'),
            >= '\u06F0' and <= '\u06F9' => (char)(unit - 0x06F0 + '0'),
            _ => char.ToLowerInvariant(unit),
        };
    }
}
