using System.Text;

namespace Synapse.Web.Asking;

/// <summary>Names of score parts for people.</summary>
internal static class ScoreNames
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["bm25"] = "Keywords (BM25)",
        ["vector"] = "Meaning (embedding)",
    };

    /// <summary>The name of a part; one that is not known is spelt out, so that a new part never hides.</summary>
    public static string Of(string name)
    {
        if (s_names.TryGetValue(name, out var known))
        {
            return known;
        }

        var words = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
            {
                words.Append(' ');
            }

            words.Append(words.Length == 0 ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }
}
