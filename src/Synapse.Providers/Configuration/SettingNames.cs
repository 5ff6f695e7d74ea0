namespace Synapse.Providers.Configuration;

/// <summary>The names that are read, for what checks, describes and suggests them.</summary>
public static class SettingNames
{
    /// <summary>Flat variables that are read here, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Variables { get; }
        = [.. Described(VariableDescriptions.OpenAI, VariableDescriptions.Azure, VariableDescriptions.Local, VariableDescriptions.EveryMode)];

    /// <summary>Settings of one provider in <c>Synapse:Providers</c>; those of prices stand below the model's name.</summary>
    public static IReadOnlyList<string> Listed { get; } = [.. Described(ListedDescriptions.Provider)];

    /// <summary>Settings of one price, below <c>Prices:MODEL</c>.</summary>
    public static IReadOnlyList<string> Price { get; } = [.. Described(ListedDescriptions.Price)];

    /// <summary>The known name that was most likely meant; null when none is near.</summary>
    /// <param name="name">A name that is not known.</param>
    /// <param name="known">The known names.</param>
    /// <param name="mostEdits">Most letters that may be added, taken away, changed or swapped with the next.</param>
    public static string? Nearest(string name, IEnumerable<string> known, int mostEdits)
    {
        ArgumentNullException.ThrowIfNull(name);
        return known.Select(candidate => (candidate, edits: Edits(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(pair => pair.edits <= mostEdits)
            .OrderBy(pair => pair.edits)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    private static IEnumerable<string> Described(params IEnumerable<IEnumerable<SettingDescription>> groups) => groups.SelectMany(group => group).Select(setting => setting.Name);

    // Optimal string alignment: Levenshtein's distance with swaps of neighbours.
    private static int Edits(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                rows[i, j] = i == 0 ? j : j == 0 ? i
                    : Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[left.Length, right.Length];
    }
}
