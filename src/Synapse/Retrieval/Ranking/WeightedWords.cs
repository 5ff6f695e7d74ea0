using System.Collections.Frozen;

namespace Synapse.Retrieval.Ranking;

/// <summary>The words of a query with what each says: rare words weigh more. The weights sum to 1.</summary>
internal sealed class WeightedWords
{
    // Words that names end or begin with without saying what the thing is about.
    private static readonly FrozenSet<string> s_fillers = FrozenSet.ToFrozenSet(
        ["util", "utils", "utilities", "utility", "helper", "helpers", "common", "base", "impl", "core", "main", "lib", "api", "misc", "shared"]);

    private readonly string[] _words;
    private readonly double[] _weights;

    /// <summary>Creates the words.</summary>
    /// <param name="words">Distinct words in lower case.</param>
    /// <param name="weights">Their weights, as many, 0 or more; scaled here to sum to 1.</param>
    public WeightedWords(IReadOnlyList<string> words, IReadOnlyList<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Count, words.Count);
        _words = [.. words];
        var sum = weights.Sum();
        HighestBm25 = sum * (Bm25.K1 + 1);
        _weights = [.. weights.Select(weight => sum > 0 ? weight / sum : 0)];
    }

    /// <summary>No words.</summary>
    public static WeightedWords None { get; } = new([], []);

    /// <summary>The BM25 score that no chunk can exceed for these words.</summary>
    public double HighestBm25 { get; }

    /// <summary>How many words there are.</summary>
    public int Count => _words.Length;

    /// <summary>Whether a name can hold a form of one of the words; quick, and never wrongly false.</summary>
    public bool MayMatch(ReadOnlySpan<char> name)
    {
        foreach (var word in _words)
        {
            // Forms of one word share their first three letters, see Same.
            if (name.Contains(word.AsSpan(0, Math.Min(3, word.Length)), StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The share of the query, 0 to 1, that words of a name cover.</summary>
    public double Coverage(IReadOnlyList<string> nameWords) => Match(nameWords).OfQuery;

    /// <summary>How much of the query a name covers, and how much of the name the query.</summary>
    /// <param name="nameWords">Words of the name in lower case.</param>
    public (double OfQuery, double OfName) Match(IReadOnlyList<string> nameWords)
    {
        if (nameWords.Count == 0)
        {
            return (0, 0);
        }

        var (ofQuery, letters, matchedLetters) = (0.0, 0, 0);
        for (var w = 0; w < _words.Length; w++)
        {
            foreach (var nameWord in nameWords)
            {
                if (Same(_words[w], nameWord))
                {
                    ofQuery += _weights[w];
                    break;
                }
            }
        }

        foreach (var nameWord in nameWords)
        {
            if (nameWords.Count > 1 && s_fillers.Contains(nameWord))
            {
                continue;
            }

            letters += nameWord.Length;
            foreach (var word in _words)
            {
                if (Same(word, nameWord))
                {
                    matchedLetters += nameWord.Length;
                    break;
                }
            }
        }

        return (ofQuery, letters == 0 ? 0 : (double)matchedLetters / letters);
    }

    /// <summary>Whether two words are forms of one: equal, or with a common beginning that only endings follow.</summary>
    /// <remarks>"parse" and "parser", "config" and "configuration"; a common beginning of 5 letters counts when at most 3 letters of the shorter and 5 of the longer follow.</remarks>
    public static bool Same(string left, string right)
    {
        var shorter = Math.Min(left.Length, right.Length);
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length && common == right.Length)
        {
            return true;
        }

        if (common == shorter)
        {
            return shorter >= 4 || (shorter == 3 && Math.Max(left.Length, right.Length) == 4 && (left[^1] == 's' || right[^1] == 's'));
        }

        return common >= 5 && shorter - common <= 3 && Math.Max(left.Length, right.Length) - common <= 5;
    }
}
