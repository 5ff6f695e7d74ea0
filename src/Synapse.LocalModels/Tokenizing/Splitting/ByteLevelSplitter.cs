using System.Text;
using Synapse.LocalModels.Tokenizing.Unicode;

namespace Synapse.LocalModels.Tokenizing.Splitting;

/// <summary>GPT-2's way: words with the space before them, then each byte as a character (see <see cref="ByteAlphabet"/>).</summary>
internal sealed class ByteLevelSplitter(bool addsPrefixSpace, bool splitsWords) : Splitter
{
    private const CharacterTrait Kinds = CharacterTrait.Whitespace | CharacterTrait.Letter | CharacterTrait.Number;

    public override void Split(Pieces pieces)
    {
        var output = pieces.NextText;
        var prefixed = new CharBuffer();
        for (var i = 0; i < pieces.Count; i++)
        {
            var text = pieces.TextOf(i);
            if (addsPrefixSpace && text[0] != ' ')
            {
                prefixed.Clear();
                prefixed.Append(' ');
                prefixed.Append(text);
                text = prefixed.Span;
            }

            var isAtOrigin = pieces[i].IsAtOrigin;
            while (!text.IsEmpty)
            {
                var length = splitsWords ? WordLength(text) : text.Length;
                var start = output.Length;
                ByteAlphabet.Append(text[..length], output);
                pieces.KeepWritten(start, output.Length - start, isAtOrigin);
                isAtOrigin = false;
                text = text[length..];
            }
        }

        pieces.AdvanceText();
    }

    /// <summary>
    /// Length of the first match of GPT-2's expression
    /// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, which always matches at the start.
    /// </summary>
    internal static int WordLength(ReadOnlySpan<char> text)
    {
        if (text[0] == '\'' && ContractionLength(text) is > 0 and var contraction)
        {
            return contraction;
        }

        var start = text[0] == ' ' && text.Length > 1 ? 1 : 0;
        var kind = KindAt(text, start, out var length);
        if (kind != CharacterTrait.Whitespace)
        {
            return RunEnd(text, start + length, kind);
        }

        var end = RunEnd(text, 0, CharacterTrait.Whitespace);
        // The last space before a word is that word's. No white space lies outside the first plane.
        return end < text.Length && end > 1 ? end - 1 : end;
    }

    private static int ContractionLength(ReadOnlySpan<char> text) => text.Length < 2 ? 0 : (text[1], text.Length > 2 ? text[2] : '\0') switch
    {
        ('s' or 't' or 'm' or 'd', _) => 2,
        ('r' or 'v', 'e') or ('l', 'l') => 3,
        _ => 0,
    };

    private static int RunEnd(ReadOnlySpan<char> text, int end, CharacterTrait kind)
    {
        while (end < text.Length && KindAt(text, end, out var length) == kind)
        {
            end += length;
        }

        return end;
    }

    private static CharacterTrait KindAt(ReadOnlySpan<char> text, int index, out int length)
    {
        Rune.DecodeFromUtf16(text[index..], out var rune, out length);
        return CharacterTraits.Of(rune.Value) & Kinds;
    }
}
