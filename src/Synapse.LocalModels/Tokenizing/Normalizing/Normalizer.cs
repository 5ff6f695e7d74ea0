using System.Text;
using Synapse.LocalModels.Tokenizing.Unicode;

namespace Synapse.LocalModels.Tokenizing.Normalizing;

/// <summary>Changes a text before it is split: case, accents, forms of characters. Immutable.</summary>
internal abstract class Normalizer
{
    /// <summary>Appends the text as it becomes.</summary>
    /// <param name="text">Well-formed text, never empty.</param>
    /// <param name="output">Where to append; empty.</param>
    /// <returns>Whether the first character written stems from the first character of the text.</returns>
    public abstract bool Normalize(ReadOnlySpan<char> text, CharBuffer output);
}

/// <summary>One after the other.</summary>
internal sealed class NormalizerSequence(Normalizer[] steps) : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var keepsStart = true;
        var (current, next) = (new CharBuffer { MaxLength = output.MaxLength }, new CharBuffer { MaxLength = output.MaxLength });
        current.Append(text);
        foreach (var step in steps)
        {
            if (current.Length == 0)
            {
                break;
            }

            next.Clear();
            keepsStart &= step.Normalize(current.Span, next);
            (current, next) = (next, current);
        }

        output.Append(current.Span);
        return keepsStart;
    }
}

/// <summary>One of the four forms of Unicode.</summary>
internal sealed class UnicodeNormalizer(bool isCompatible, bool isComposed) : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        NormalForm.Append(text, isCompatible, isComposed, output);
        return true;
    }
}

/// <summary>Lower case, character by character.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        Append(text, output);
        return true;
    }

    public static void Append(ReadOnlySpan<char> text, CharBuffer output)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            AppendLower(rune.Value, output);
        }
    }

    public static void AppendLower(int codePoint, CharBuffer output)
    {
        if (codePoint == 'İ')
        {
            output.Append("i\u0307");
        }
        else
        {
            output.Append(CharacterTraits.ToLower(codePoint));
        }
    }
}

/// <summary>Drops all marks.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!CharacterTraits.Has(rune.Value, CharacterTrait.Mark))
            {
                output.Append(rune.Value);
            }
        }

        Rune.DecodeFromUtf16(text, out var first, out _);
        return !CharacterTraits.Has(first.Value, CharacterTrait.Mark);
    }
}

/// <summary>Drops white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var start = 0;
        while (left && start < text.Length && CharacterTraits.Of(text[start]).HasFlag(CharacterTrait.Whitespace))
        {
            start++;
        }

        var end = text.Length;
        while (right && end > start && CharacterTraits.Of(text[end - 1]).HasFlag(CharacterTrait.Whitespace))
        {
            end--;
        }

        output.Append(text[start..end]);
        return start == 0;
    }
}

/// <summary>Puts a text before.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        output.Append(prefix);
        output.Append(text);
        return true;
    }
}

/// <summary>The white space and control characters of neural machine translation (SentencePiece's <c>nmt</c>).</summary>
internal sealed class NmtNormalizer : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        foreach (var character in text)
        {
            if (!IsDropped(character))
            {
                output.Append(IsSpace(character) ? ' ' : character);
            }
        }

        return !IsDropped(text[0]);
    }

    private static bool IsDropped(char character)
        => character is (>= '\u0001' and <= '\u0008') or '\u000B' or (>= '\u000E' and <= '\u001F') or '\u007F' or '\u008F' or '\u009F';

    private static bool IsSpace(char character)
        => character is '\t' or '\n' or '\f' or '\r' or '\u1680' or (>= '\u200B' and <= '\u200F') or '\u2028' or '\u2029' or '\u2581' or '\uFEFF' or '\uFFFD';
}

/// <summary>Every byte of the UTF-8 form as a character of its own that can be printed.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        Splitting.ByteAlphabet.Append(text, output);
        return true;
    }
}
