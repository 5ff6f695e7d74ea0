using Synapse.Chat;

namespace Synapse.Providers.Embedding;

/// <summary>Cuts a text that is too long for a server into parts that are not, at blanks where there are some.</summary>
internal static class TextSplitter
{
    /// <summary>Cuts a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">Most tokens of a part; at least 1.</param>
    /// <param name="counter">Counts tokens.</param>
    /// <param name="parts">Receives the parts in order; together they are the text.</param>
    public static void Split(ReadOnlyMemory<char> text, int limit, ITokenCounter counter, ICollection<ReadOnlyMemory<char>> parts)
    {
        // No vocabulary makes more tokens than bytes, and no character has more than three bytes per UTF-16 unit; so short texts need no counting.
        var tokens = text.Length * 3L <= limit ? 0 : counter.Count(text.Span);
        if (tokens <= limit || text.Length <= 2)
        {
            parts.Add(text);
            return;
        }

        var share = Math.Max(1, text.Length / (int)Math.Min(text.Length, Math.Max(2L, (tokens + limit - 1L) / limit)));
        var cut = CutBefore(text.Span, share);
        Split(text[..cut], limit, counter, parts);
        Split(text[cut..], limit, counter, parts);
    }

    private static int CutBefore(ReadOnlySpan<char> text, int at)
    {
        var earliest = Math.Max(1, at - (at / 5));
        // A pair of surrogates is one character; a text of three units or more has room after it.
        for (var place = at; place >= earliest; place--)
        {
            if (char.IsWhiteSpace(text[place]))
            {
                return place;
            }
        }

        return char.IsLowSurrogate(text[at]) ? at + 1 : at;
    }
}
