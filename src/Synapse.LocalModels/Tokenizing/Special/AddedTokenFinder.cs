using System.Buffers;
using System.Text;
using Synapse.LocalModels.Tokenizing.Subwords;
using Synapse.LocalModels.Tokenizing.Unicode;

namespace Synapse.LocalModels.Tokenizing.Special;

/// <summary>Finds added tokens: the leftmost, and of those that start at one place the longest. Immutable.</summary>
internal sealed class AddedTokenFinder
{
    private readonly SearchValues<string>? contents;
    private readonly PieceTrie places = new(expectedNodes: 0);
    private readonly AddedToken[] tokens;

    public AddedTokenFinder(IEnumerable<AddedToken> tokens)
    {
        this.tokens = [.. tokens];
        contents = this.tokens.Length == 0 ? null : SearchValues.Create([.. this.tokens.Select(static token => token.Content)], StringComparison.Ordinal);
        for (var place = 0; place < this.tokens.Length; place++)
        {
            places.Add(this.tokens[place].Content, place);
        }
    }

    /// <summary>One more than the largest id; 0 without tokens.</summary>
    public int IdLimit => tokens.Length == 0 ? 0 : tokens.Max(static token => token.Id) + 1;

    /// <summary>Cuts a text into added tokens and what stands between them, in order, without a gap.</summary>
    public void Cut(ReadOnlySpan<char> text, List<TextPart> parts)
    {
        var (taken, at) = (0, 0);
        while (contents is not null && text[at..].IndexOfAny(contents) is var found && found >= 0)
        {
            var start = at + found;
            var token = LongestAt(text[start..]);
            at = start + token.Content.Length;
            if (token.IsSingleWord && !IsSingleWord(text, start, at))
            {
                continue;
            }

            start = token.StripsLeft ? Math.Max(WhitespaceStart(text, start), taken) : start;
            var end = token.StripsRight ? WhitespaceEnd(text, at) : at;
            if (taken < start)
            {
                parts.Add(new TextPart(taken, start, -1));
            }

            parts.Add(new TextPart(start, end, token.Id));
            taken = end;
        }

        if (taken < text.Length)
        {
            parts.Add(new TextPart(taken, text.Length, -1));
        }
    }

    private static bool IsSingleWord(ReadOnlySpan<char> text, int start, int end)
    {
        Rune.DecodeLastFromUtf16(text[..start], out var before, out _);
        Rune.DecodeFromUtf16(text[end..], out var after, out _);
        return (start == 0 || !CharacterTraits.Has(before.Value, CharacterTrait.Word)) && (end == text.Length || !CharacterTraits.Has(after.Value, CharacterTrait.Word));
    }

    private static int WhitespaceStart(ReadOnlySpan<char> text, int start)
    {
        while (start > 0 && CharacterTraits.Has(text[start - 1], CharacterTrait.Whitespace))
        {
            start--;
        }

        return start;
    }

    private static int WhitespaceEnd(ReadOnlySpan<char> text, int end)
    {
        while (end < text.Length && CharacterTraits.Has(text[end], CharacterTrait.Whitespace))
        {
            end++;
        }

        return end;
    }

    private AddedToken LongestAt(ReadOnlySpan<char> text)
    {
        var (node, longest) = (PieceTrie.Root, -1);
        foreach (var character in text)
        {
            node = places.Child(node, character);
            if (node < 0)
            {
                break;
            }

            longest = places.IdOf(node) is >= 0 and var place ? place : longest;
        }

        return tokens[longest];
    }
}
