using System.Text.RegularExpressions;

namespace Synapse.Fakes.Answers;

/// <summary>The words of a text in lower case; short and common ones tell nothing.</summary>
internal static partial class Words
{
    private static readonly HashSet<string> Common = new(StringComparer.Ordinal)
    {
        "the", "and", "for", "are", "was", "were", "what", "which", "how", "does", "did", "that", "this", "with", "from", "you", "who", "when",
        "where", "why", "can", "has", "have", "will", "its", "into", "about", "not", "der", "die", "das", "und", "ist", "wie",
    };

    public static IReadOnlyList<string> Of(string text)
    {
        var words = new List<string>();
        foreach (var match in Pattern().EnumerateMatches(text))
        {
            words.Add(text.Substring(match.Index, match.Length).ToLowerInvariant());
        }

        return words;
    }

    public static HashSet<string> Telling(string text)
        => [.. Of(text).Where(word => word.Length > 2 && !Common.Contains(word)).Select(Stem)];

    private static string Stem(string word) => word.Length > 4 ? word[..^1].TrimEnd('e', 's') : word;

    [GeneratedRegex(@"[\p{L}\p{N}_]+")]
    private static partial Regex Pattern();
}
