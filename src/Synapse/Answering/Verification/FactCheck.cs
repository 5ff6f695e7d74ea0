using Synapse.Answering.Generation;
using Synapse.Answering.Sentences;
using Synapse.Retrieval.Ranking;

namespace Synapse.Answering.Verification;

/// <summary>Compares what can be right or wrong to the letter: numbers, names, identifiers, quotes, and whether something is denied.</summary>
internal static class FactCheck
{
    private const string OppositeReason = "The passage that speaks of this says the opposite.";

    // Where a third of the words inside of sentences have a capital, as in German, a capital does not make a name.
    private const double CapitalisedShare = 0.3;

    /// <summary>Says what of a claim a span does not bear out; null when it bears out all.</summary>
    public static string? FindFault(Claim claim, SupportSpan span) => FindFault(claim, [span]);

    /// <summary>Says what of a claim several spans together do not bear out.</summary>
    public static string? FindFault(Claim claim, IReadOnlyList<SupportSpan> spans)
    {
        var text = string.Join('\n', spans.Select(span => span.Text));
        var numbers = Facts.NumbersOf($"{text}\n{string.Join('\n', spans.Select(span => span.Passage.Passage.Surroundings))}");
        foreach (var (written, readings) in claim.Facts.Numbers)
        {
            if (!readings.Any(numbers.Contains) && !(written.Contains('-', StringComparison.Ordinal) && NumberReader.PartsOf(written).All(numbers.Contains)))
            {
                return $"The passage that speaks of this does not hold \"{written}\".";
            }
        }

        var missing = claim.Facts.Identifiers.FirstOrDefault(name => !spans.Any(span => HasIdentifier(span.Passage.Passage, name)))
            ?? claim.Facts.Names.FirstOrDefault(name => !spans.Any(span => IsCapitalising(span.Passage.Passage.Text) || HasName(span.Passage, name)))
            ?? claim.Quotes.FirstOrDefault(quote => !spans.Any(span => Locate(span.Passage.Passage.Text, quote, 0, span.Passage.Passage.Text.Length) is not null));
        if (missing is not null)
        {
            return $"The passage that speaks of this does not hold \"{missing}\".";
        }

        return spans.All(span => Contradicts(claim, span)) ? OppositeReason : null;
    }

    /// <summary>Whether a span says the opposite of a claim.</summary>
    public static bool Contradicts(Claim claim, SupportSpan span) => claim.Polarity.Contradicts(Polarity.Of(span.Text));

    /// <summary>Whether a span holds everything that a claim quotes; false when it quotes nothing.</summary>
    public static bool HoldsQuote(Claim claim, SupportSpan span)
        => claim.Quotes.Count > 0 && claim.Quotes.All(quote => Locate(span.Passage.Passage.Text, quote, span.Start, span.End) is not null);

    /// <summary>The quote alone when the claim is mostly that, word for word; else the span, because the quote alone would not bear out the rest.</summary>
    public static SupportSpan NarrowToQuote(Claim claim, SupportSpan span)
        => claim.Quotes is [var quote] && 2 * quote.Length >= claim.Text.Length && Locate(span.Passage.Passage.Text, quote, span.Start, span.End) is { } found
            ? span with { Start = found.Start, End = found.End }
            : span;

    /// <summary>Whether a passage or what surrounds it holds an identifier, blanks and trailing parentheses aside.</summary>
    public static bool HasIdentifier(Passage passage, string identifier)
    {
        var name = identifier.TrimEnd('(', ')', ';', '.').Trim();
        return name.Length == 0
            || passage.Text.Contains(name, StringComparison.OrdinalIgnoreCase)
            || passage.Surroundings.Contains(name, StringComparison.OrdinalIgnoreCase)
            || Locate(passage.Text, name, 0, passage.Text.Length) is not null;
    }

    /// <summary>Whether a passage or what surrounds it holds a name, in any of its forms.</summary>
    public static bool HasName(IndexedPassage passage, string name)
    {
        if (name.All(char.IsUpper))
        {
            // "IT" is not "it".
            return HasWord(passage.Passage.Text, name) || HasWord(passage.Passage.Surroundings, name);
        }

        return passage.NameSet.Contains(name.ToLowerInvariant())
            || Retrieval.Intent.NameWords.Of(name).TrueForAll(part => passage.NameSet.Any(known => WeightedWords.Same(known, part)));
    }

    private static bool HasWord(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || !char.IsLetter(text[at - 1])) && (end == text.Length || !char.IsLetter(text[end])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds words in a text whose line breaks and rows of blanks count as one blank; letters count in either case.</summary>
    private static (int Start, int End)? Locate(string text, string words, int from, int until)
    {
        var wanted = TextSpans.InOneLine(words);
        for (var start = from; start < until; start++)
        {
            var (position, matched) = (start, 0);
            while (matched < wanted.Length && position < until)
            {
                if (wanted[matched] == ' ' && char.IsWhiteSpace(text[position]))
                {
                    while (position < until && char.IsWhiteSpace(text[position]))
                    {
                        position++;
                    }

                    matched++;
                }
                else if (char.ToUpperInvariant(wanted[matched]) == char.ToUpperInvariant(text[position]))
                {
                    position++;
                    matched++;
                }
                else
                {
                    break;
                }
            }

            if (matched == wanted.Length)
            {
                return (start, position);
            }
        }

        return null;
    }

    private static bool IsCapitalising(string text)
    {
        var (words, capitals) = (0, 0);
        for (var i = 2; i < text.Length; i++)
        {
            if (char.IsLetter(text[i]) && text[i - 1] == ' ' && char.IsLetterOrDigit(text[i - 2]))
            {
                words++;
                capitals += char.IsUpper(text[i]) ? 1 : 0;
            }
        }

        return words > 0 && capitals > CapitalisedShare * words;
    }
}
