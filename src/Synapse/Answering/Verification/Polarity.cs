using System.Collections.Frozen;
using Synapse.Retrieval.Analysis;
using Synapse.Retrieval.Ranking;

namespace Synapse.Answering.Verification;

/// <summary>Which words of a text are denied and which are not.</summary>
/// <param name="Denied">Telling words shortly after a "not", lower-cased.</param>
/// <param name="Affirmed">All other telling words.</param>
internal sealed record Polarity(IReadOnlyList<string> Denied, IReadOnlyList<string> Affirmed)
{
    /// <summary>Telling words after a negator that it denies.</summary>
    private const int Reach = 4;

    private static readonly FrozenSet<string> s_negators = FrozenSet.ToFrozenSet(
        ["not", "no", "never", "without", "cannot", "none", "neither", "nor", "nobody", "nothing", "nicht", "kein", "keine", "keinen", "nie", "niemals", "ohne", "unless"]);

    // "no later than", "not only" say something else.
    private static readonly FrozenSet<string> s_bounds = FrozenSet.ToFrozenSet(["only", "later", "earlier", "more", "less", "fewer", "longer", "matter", "just", "necessarily"]);

    private static readonly (string, string)[] s_opposites =
    [
        ("allowed", "forbidden"), ("allowed", "prohibited"), ("permitted", "forbidden"), ("permitted", "prohibited"), ("enabled", "disabled"), ("enable", "disable"),
        ("increase", "decrease"), ("increased", "decreased"), ("increases", "decreases"), ("increases", "reduces"), ("increased", "reduced"), ("rises", "falls"),
        ("before", "after"), ("minimum", "maximum"), ("least", "most"), ("above", "below"), ("over", "under"), ("always", "never"), ("always", "only"), ("always", "sometimes"), ("required", "optional"),
        ("mandatory", "optional"), ("synchronous", "asynchronous"), ("ascending", "descending"), ("inside", "outside"), ("accepts", "rejects"), ("accepted", "rejected"),
        ("opens", "closes"), ("valid", "invalid"), ("public", "private"), ("success", "failure"), ("higher", "lower"), ("highest", "lowest"), ("earlier", "later"),
        ("first", "last"), ("included", "excluded"), ("includes", "excludes"), ("paid", "unpaid"), ("possible", "impossible"), ("legal", "illegal"), ("day", "night"),
        ("daily", "weekly"), ("weekly", "monthly"), ("monthly", "yearly"), ("yes", "no"), ("promotes", "inhibits"), ("activates", "inhibits"), ("induces", "inhibits"),
    ];

    /// <summary>Reads a text.</summary>
    public static Polarity Of(ReadOnlySpan<char> text)
    {
        var denied = new List<string>();
        var affirmed = new List<string>();
        var reach = 0;
        for (var i = 0; i < text.Length;)
        {
            var length = WordLength(text[i..]);
            if (length == 0)
            {
                // A comma between the items of a list does not end what is denied as surely as a full stop; both do here, on the side of believing.
                reach = text[i] is ',' or '.' or ';' or ':' or '(' or ')' or '!' or '?' or '\u2014' ? 0 : reach;
                i++;
                continue;
            }

            var word = text.Slice(i, length).ToString().ToLowerInvariant();
            i += length;
            if (s_negators.Contains(word) || word.EndsWith("n't", StringComparison.Ordinal) || word.EndsWith("n’t", StringComparison.Ordinal))
            {
                reach = Reach;
            }
            else if (s_bounds.Contains(word) && reach == Reach)
            {
                reach = 0;
            }
            else if (word is "but" or "although" or "however" or "except")
            {
                reach = 0;
            }
            else if (!StopWords.Contains(word))
            {
                (reach > 0 ? denied : affirmed).Add(word);
                reach--;
            }
        }

        return new Polarity(denied, affirmed);
    }

    /// <summary>Whether this says the opposite of what a source says of the same thing.</summary>
    public bool Contradicts(Polarity source)
    {
        var (against, along) = (0, 0);
        foreach (var word in Denied)
        {
            along += Has(source.Denied, word) ? 1 : 0;
            against += !Has(source.Denied, word) && Has(source.Affirmed, word) ? 1 : 0;
        }

        foreach (var word in Affirmed)
        {
            against += Has(source.Denied, word) && !Has(source.Affirmed, word) && !Has(Denied, word) ? 1 : 0;
        }

        // What both deny, they agree on, in whatever order they put it.
        return (along == 0 && against > 0) || HasOpposite(source);
    }

    private bool HasOpposite(Polarity source)
        => s_opposites.Any(pair => IsSwapped(source, pair.Item1, pair.Item2) || IsSwapped(source, pair.Item2, pair.Item1));

    private bool IsSwapped(Polarity source, string mine, string theirs)
        => Says(mine) && !Says(theirs) && source.Says(theirs) && !source.Says(mine);

    // What is denied is not said: "not optional" does not oppose "required".
    private bool Says(string word) => Affirmed.Contains(word);

    private static bool Has(IReadOnlyList<string> words, string word)
    {
        foreach (var other in words)
        {
            if (WeightedWords.Same(other, word))
            {
                return true;
            }
        }

        return false;
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsLetterOrDigit(text[length]) || (length > 0 && text[length] is '\'' or '’')))
        {
            length++;
        }

        return length;
    }
}
