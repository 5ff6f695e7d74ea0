using Synapse.LocalModels.Static;
using Synapse.StaticModel.Mining;

namespace Synapse.StaticModel.Training;

/// <summary>Leaves out pairs that teach nothing, and words queries the way people ask.</summary>
internal static class PairFilter
{
    /// <summary>Generated reference pages without a sentence of their own.</summary>
    public static bool IsJunk(string query, string passage)
        => (query.Contains('◆', StringComparison.Ordinal) && passage.Length < 160)
            || query.EndsWith("File Reference", StringComparison.Ordinal)
            || query.EndsWith("Directory Reference", StringComparison.Ordinal)
            || (passage.Length < 300 && passage.Contains("Definition at line", StringComparison.Ordinal));

    /// <summary>People name the language when they look for code: every third query about code of a known language does so here.</summary>
    public static string Asked(string family, PairKind kind, string query, string passage)
    {
        if (kind != PairKind.Code || Language(family) is not { } language)
        {
            return query;
        }

        return (TokenHash.Mix(Prose.Fnv(passage)) % 6) switch
        {
            0 => language + " " + query,
            1 => query + " " + language,
            2 => "how to " + query + " in " + language,
            _ => query,
        };
    }

    private static string? Language(string family) => family switch
    {
        "python" => "python",
        "go" => "golang",
        "rust" => "rust",
        "node" => "javascript",
        "ruby" => "ruby",
        "perl" => "perl",
        "elpa" => "emacs lisp",
        _ => null,
    };
}
