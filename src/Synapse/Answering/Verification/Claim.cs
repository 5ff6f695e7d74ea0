using System.Text;

namespace Synapse.Answering.Verification;

/// <summary>What a sentence says, taken apart for its check.</summary>
/// <param name="Text">The sentence without emphasis marks.</param>
/// <param name="Facts">Its numbers, names and identifiers.</param>
/// <param name="Polarity">Which of its words are denied.</param>
/// <param name="Quotes">What stands in double quotes, at least <see cref="ShortestQuote"/> UTF-16 units each.</param>
internal sealed record Claim(string Text, Facts Facts, Polarity Polarity, IReadOnlyList<string> Quotes)
{
    private const int ShortestQuote = 12;

    /// <summary>Takes a sentence apart.</summary>
    public static Claim Of(string sentence)
    {
        var text = WithoutEmphasis(sentence);
        return new Claim(text, Facts.OfClaim(text), Polarity.Of(text), QuotesOf(text));
    }

    /// <summary>The text without the stars and underscores of emphasis; backticks stay, they mark identifiers.</summary>
    private static string WithoutEmphasis(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isInsideWord = i > 0 && i + 1 < text.Length && char.IsLetterOrDigit(text[i - 1]) && char.IsLetterOrDigit(text[i + 1]);
            if (text[i] == '*' || (text[i] == '_' && !isInsideWord))
            {
                continue;
            }

            plain.Append(text[i]);
        }

        return plain.ToString();
    }

    private static List<string> QuotesOf(string text)
    {
        var quotes = new List<string>();
        var open = -1;
        for (var i = 0; i < text.Length; i++)
        {
            if (open >= 0 && text[i] is '"' or '”' or '»')
            {
                if (i - open - 1 >= ShortestQuote)
                {
                    quotes.Add(text[(open + 1)..i].TrimEnd('.', ',', ';'));
                }

                open = -1;
            }
            else if (text[i] is '"' or '“' or '„' or '«')
            {
                open = i;
            }
        }

        return quotes;
    }
}
