using System.Globalization;
using System.Runtime.CompilerServices;

namespace Synapse.LocalModels.Static;

/// <summary>Cuts a text into tokens: runs of letters or of digits, split at camelCase borders, lower-cased, without accents of Latin letters, singular.</summary>
/// <remarks>Scripts that write without spaces give every character and every pair of neighbours. Allocates nothing; the token is valid until the next call.</remarks>
internal ref struct TokenScanner
{
    /// <summary>Longest token in characters; the rest of a longer run is dropped.</summary>
    public const int MaxTokenChars = 40;

    private const byte Other = 0, Lower = 1, Upper = 2, Digit = 3, Unspaced = 4;

    // Base letters of U+00C0 to U+017F, in order.
    private const string LatinBase = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    private static readonly byte[] AsciiClass = BuildAsciiClass();

    private readonly ReadOnlySpan<char> text;
    private readonly Span<char> buffer;
    private int position;
    private int length;
    private bool pairPending;

    /// <summary>Starts at the beginning of <paramref name="text"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="buffer">Room for one token: <see cref="MaxTokenChars"/> characters.</param>
    public TokenScanner(ReadOnlySpan<char> text, Span<char> buffer)
    {
        this.text = text;
        this.buffer = buffer;
    }

    /// <summary>The current token.</summary>
    public readonly ReadOnlySpan<char> Token => buffer[..length];

    /// <summary>64-bit hash of the current token.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Goes to the next token; false at the end.</summary>
    public bool MoveNext()
    {
        if (pairPending)
        {
            pairPending = false;
            buffer[1] = text[position];
            buffer[0] = text[position - 1];
            position++;
            length = 2;
            Hash = TokenHash.Of(Token);
            return true;
        }

        var start = position;
        byte kind = Other;
        while (start < text.Length && (kind = Class(text[start])) == Other)
        {
            start++;
        }

        if (start >= text.Length)
        {
            position = start;
            return false;
        }

        if (kind == Unspaced)
        {
            buffer[0] = text[start];
            length = 1;
            pairPending = start > 0 && Class(text[start - 1]) == Unspaced;
            position = pairPending ? start : start + 1;
            Hash = TokenHash.Of(Token);
            return true;
        }

        length = 0;
        var i = start;
        var previous = kind;
        while (true)
        {
            if (length < MaxTokenChars)
            {
                buffer[length++] = Fold(text[i]);
            }

            i++;
            if (i >= text.Length)
            {
                break;
            }

            kind = Class(text[i]);
            if (kind is Other or Unspaced || (kind == Digit) != (previous == Digit) || (kind == Upper && previous == Lower))
            {
                break;
            }

            // The last capital of a run of capitals begins the next word: HTTPServer is http server. A plural (IDs, URLs) does not.
            if (kind == Upper && previous == Upper && i + 1 < text.Length && Class(text[i + 1]) == Lower && !IsPluralOfAcronym(i + 1))
            {
                break;
            }

            previous = kind;
        }

        position = i;
        length = Singular(buffer[..length]);
        Hash = TokenHash.Of(Token);
        return true;
    }

    /// <summary>Length of the token without a plural ending.</summary>
    /// <remarks>The S stemmer of Harman, "How effective is suffixing?", JASIS 1991; it never merges words of different stems.</remarks>
    internal static int Singular(Span<char> token)
    {
        var n = token.Length;
        if (n < 4 || token[n - 1] != 's')
        {
            return n;
        }

        var before = token[n - 2];
        if (before == 'e' && token[n - 3] == 'i')
        {
            if (n > 4 && token[n - 4] is not ('a' or 'e'))
            {
                token[n - 3] = 'y';
                return n - 2;
            }

            return n;
        }

        return before is 's' or 'u' or 'i' || (before == 'e' && token[n - 3] is 'a' or 'o') ? n : n - 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Class(char c) => c < 128 ? AsciiClass[c] : WideClass(c);

    private static byte WideClass(char c)
    {
        if (c is (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u9fff') or (>= '\uac00' and <= '\ud7a3') or (>= '\uf900' and <= '\ufaff')
            or (>= '\ud840' and <= '\udfff') or (>= '\u0e00' and <= '\u0eff') or (>= '\u1000' and <= '\u109f') or (>= '\u1780' and <= '\u17ff'))
        {
            return Unspaced;
        }

        return char.GetUnicodeCategory(c) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => Upper,
            UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => Lower,
            UnicodeCategory.DecimalDigitNumber => Digit,
            _ => Other,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static char Fold(char c)
    {
        if (c < 128)
        {
            return (uint)(c - 'A') <= 'Z' - 'A' ? (char)(c | 0x20) : c;
        }

        return c is >= '\u00c0' and <= '\u017f' ? LatinBase[c - '\u00c0'] : char.ToLowerInvariant(c);
    }

    private static byte[] BuildAsciiClass()
    {
        var classes = new byte[128];
        for (var c = 'a'; c <= 'z'; c++)
        {
            classes[c] = Lower;
            classes[c - 32] = Upper;
        }

        for (var c = '0'; c <= '9'; c++)
        {
            classes[c] = Digit;
        }

        return classes;
    }

    private readonly bool IsPluralOfAcronym(int i) => text[i] == 's' && (i + 1 >= text.Length || Class(text[i + 1]) is Other or Digit);
}
