using System.Text;
using Synapse.LocalModels.Tokenizing.Unicode;

namespace Synapse.LocalModels.Tokenizing.Normalizing;

/// <summary>What BERT's tokenizer does to a text before it splits it.</summary>
internal sealed class BertNormalizer(bool cleansText, bool separatesChinese, bool stripsAccents, bool lowercases) : Normalizer
{
    public override bool Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (Ascii.IsValid(text))
        {
            NormalizeAscii(text, output);
        }
        else if (!stripsAccents)
        {
            Clean(text, output, lowercases);
        }
        else
        {
            var cleaned = new CharBuffer { MaxLength = output.MaxLength };
            Clean(text, cleaned, lowercases: false);
            var decomposed = new CharBuffer { MaxLength = output.MaxLength };
            NormalForm.Append(cleaned.Span, isCompatible: false, isComposed: false, decomposed);
            DropAccents(decomposed.Span, output);
        }

        return KeepsStart(text);
    }

    private static bool IsCleaned(int codePoint)
        => codePoint is 0 or 0xFFFD || (codePoint is not ('\t' or '\n' or '\r') && CharacterTraits.Has(codePoint, CharacterTrait.Control));

    private static bool IsChinese(int codePoint)
        => codePoint is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
            or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private void NormalizeAscii(ReadOnlySpan<char> text, CharBuffer output)
    {
        var target = output.Reserve(text.Length);
        if (lowercases)
        {
            Ascii.ToLower(text, target, out _);
        }
        else
        {
            text.CopyTo(target);
        }

        target = target[..text.Length];
        if (!cleansText || (target.IndexOfAnyInRange('\0', '\u001F') < 0 && !target.Contains('\u007F')))
        {
            output.Advance(text.Length);
            return;
        }

        var count = 0;
        foreach (var character in target)
        {
            if (character is '\t' or '\n' or '\r')
            {
                target[count++] = ' ';
            }
            else if (character is >= ' ' and < '\u007F')
            {
                target[count++] = character;
            }
        }

        output.Advance(count);
    }

    private void Clean(ReadOnlySpan<char> text, CharBuffer output, bool lowercases)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            var codePoint = rune.Value;
            if (cleansText)
            {
                if (IsCleaned(codePoint))
                {
                    continue;
                }

                codePoint = CharacterTraits.Has(codePoint, CharacterTrait.Whitespace) ? ' ' : codePoint;
            }

            if (separatesChinese && codePoint >= 0x3400 && IsChinese(codePoint))
            {
                output.Append(' ');
                output.Append(codePoint);
                output.Append(' ');
            }
            else if (lowercases)
            {
                LowercaseNormalizer.AppendLower(codePoint, output);
            }
            else
            {
                output.Append(codePoint);
            }
        }
    }

    private void DropAccents(ReadOnlySpan<char> text, CharBuffer output)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (CharacterTraits.Has(rune.Value, CharacterTrait.NonspacingMark))
            {
                continue;
            }

            if (lowercases)
            {
                LowercaseNormalizer.AppendLower(rune.Value, output);
            }
            else
            {
                output.Append(rune.Value);
            }
        }
    }

    private bool KeepsStart(ReadOnlySpan<char> text)
    {
        Rune.DecodeFromUtf16(text, out var first, out _);
        return !(cleansText && IsCleaned(first.Value)) && !(stripsAccents && CharacterTraits.Has(first.Value, CharacterTrait.NonspacingMark));
    }
}
