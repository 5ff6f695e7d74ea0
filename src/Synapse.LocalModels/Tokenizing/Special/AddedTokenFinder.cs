using System.Buffers;
using System.Text;
using Synapse.LocalModels.Tokenizing.Unicode;

namespace Synapse.LocalModels.Tokenizing.Special;

/// <summary>Finds added tokens: the leftmost, and of those that start at one place the longest. Immutable.</summary>
internal sealed class AddedTokenFinder
{
    private readonly SearchValues<string>? contents;
    private readonly Dictionary<char, AddedToken[]> byFirst;

    public AddedTokenFinder(IReadOnlyCollection<AddedToken> tokens)
    {
        contents = tokens.Count == 0 ? null : SearchValues.Create([.. tokens.Select(static token => token.Content)], StringComparison.Ordinal);
        byFirst = tokens.GroupBy(static token => token.Content[0])
            .ToDictionary(static group => group.Key, static group => group.OrderByDescending(static token => token.Content.Length).ToArray());
    }

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
        foreach (var token in byFirst[text[0]])
        {
            if (text.StartsWith(token.Content, StringComparison.Ordinal))
            {
                return token;
            }
        }

        throw new InvalidOperationException("A token was found that is none.");
    }
}
