using Synapse.Chat;

namespace Synapse.Providers.Discovery;

/// <summary>Counts tokens for a model whose vocabulary is not known, so that the count is too high rather than too low, and learns from what the server counted.</summary>
/// <remarks>
/// A run of ASCII letters counts one token per three letters begun, a digit or mark one, line ends one, further blanks one per two; beyond ASCII a character of two bytes in
/// UTF-8 counts one and a half, one of three bytes two, a surrogate two. English prose has four to five letters per token in the vocabularies of today, code three to four, so
/// that the count is a fifth to a half above theirs. Where a server counts more than that, the factor of that server grows, and never shrinks.
/// </remarks>
internal sealed class CautiousTokenCounter : ITokenCounter
{
    private const double LargestFactor = 4;

    /// <summary>Short prompts tell more of the template around them than of the text.</summary>
    private const int LeastToLearnFrom = 200;

    private double _factor = 1;

    public int Count(ReadOnlySpan<char> text) => (int)Math.Ceiling(Estimate(text) * Volatile.Read(ref _factor));

    /// <summary>Learns from the server's own count.</summary>
    /// <param name="estimated">What this counter said of the same prompt.</param>
    /// <param name="counted">What the server said.</param>
    /// <returns>Whether this counter will say more from now on.</returns>
    public bool Observe(long estimated, long counted)
    {
        if (estimated < LeastToLearnFrom || counted <= estimated)
        {
            return false;
        }

        var factor = Volatile.Read(ref _factor);
        var larger = Math.Min(LargestFactor, factor * counted / estimated);
        if (larger <= factor)
        {
            return false;
        }

        Volatile.Write(ref _factor, larger);
        return true;
    }

    private static double Estimate(ReadOnlySpan<char> text)
    {
        double tokens = 0;
        for (var at = 0; at < text.Length;)
        {
            var letters = 0;
            while (at < text.Length && char.IsAsciiLetter(text[at]))
            {
                letters++;
                at++;
            }

            if (letters > 0)
            {
                tokens += (letters + 2) / 3;
                continue;
            }

            var isBlank = text[at] is ' ' or '\t';
            // One blank belongs to the word after it.
            tokens += isBlank ? (at + 1 < text.Length && char.IsAsciiLetter(text[at + 1]) ? 0 : 0.5) : Weight(text[at]);
            at++;
        }

        return tokens;
    }

    private static double Weight(char character) => character switch
    {
        < '\u0080' => 1,
        < '\u0800' => 1.5,
        _ => 2,
    };
}
