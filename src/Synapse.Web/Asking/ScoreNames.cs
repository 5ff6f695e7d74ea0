using System.Text;

namespace Synapse.Web.Asking;

/// <summary>Names of score parts for people.</summary>
internal static class ScoreNames
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["bm25"] = "Keywords (BM25)",
        ["vector"] = "Meaning (embedding)",
        ["rerank"] = "Reranker",
        ["definition"] = "Defines the symbol asked for",
        ["definitionName"] = "Words in the name of a definition",
        ["fileName"] = "Words in the file name",
        ["folder"] = "Words in a folder name",
        ["heading"] = "Words in the heading",
        ["fileSupport"] = "Other good passages in this file",
        ["furtherChunk"] = "A further passage of the same file",
        ["testPenalty"] = "Test, not asked for",
        ["examplePenalty"] = "Example, not asked for",
        ["benchmarkPenalty"] = "Benchmark, not asked for",
        ["generatedPenalty"] = "Generated file",
        ["vendoredPenalty"] = "Copy of other people's code",
        ["legacyPenalty"] = "Legacy code",
        ["barrelPenalty"] = "Only passes names on",
        ["declarationFilePenalty"] = "Declarations only",
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
