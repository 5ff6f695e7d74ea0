namespace Synapse.Retrieval.Ranking;

/// <summary>Moves the definition of an asked name up: most when the query is nothing but names, and more still when the file is named so too.</summary>
internal sealed class DefinitionRule(RankingWeights weights) : IRankingRule
{
    /// <inheritdoc/>
    public string Name => "definition";

    /// <inheritdoc/>
    public void Apply(RankingContext context)
    {
        var names = context.Intent.Names;
        if (names.Count == 0)
        {
            return;
        }

        var weight = context.Intent.Kind == Intent.QueryKind.Symbol ? weights.Definition : weights.DefinitionInProse;
        foreach (var candidate in context.Candidates)
        {
            var strength = 0.0;
            foreach (var name in names)
            {
                strength = Math.Max(strength, Strength(candidate, name));
            }

            candidate.Add(Name, weight * strength);
        }
    }

    private static double Strength(Candidate candidate, string name)
    {
        var chunk = candidate.Stored.Chunk;
        var best = 0.0;
        if (chunk.DefinesSymbol && chunk.Symbol is { } symbol)
        {
            best = NameMatch(symbol, name);
        }

        foreach (var definition in chunk.Definitions)
        {
            best = Math.Max(best, NameMatch(definition, name));
        }

        return best > 0 && SameLetters(candidate.File.Stem, LastPart(name)) ? best * 1.5 : best;
    }

    // "any_invocable" and "AnyInvocable" are one name.
    private static bool SameLetters(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var (l, r) = (0, 0);
        while (true)
        {
            while (l < left.Length && left[l] is ('_' or '-'))
            {
                l++;
            }

            while (r < right.Length && right[r] is ('_' or '-'))
            {
                r++;
            }

            if (l == left.Length || r == right.Length)
            {
                return l == left.Length && r == right.Length;
            }

            if (char.ToLowerInvariant(left[l++]) != char.ToLowerInvariant(right[r++]))
            {
                return false;
            }
        }
    }

    // The last part must be equal; a wrong qualifier or another case says that another definition may be meant.
    private static double NameMatch(string definition, string name)
    {
        var defined = LastPart(definition);
        var asked = LastPart(name);
        if (!defined.Equals(asked, StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        var strength = defined.SequenceEqual(asked) ? 1.0 : 0.8;
        if (asked.Length == name.Length)
        {
            return strength;
        }

        var qualifier = LastPart(Qualifier(name));
        var parent = LastPart(Qualifier(definition));
        return qualifier.Equals(parent, StringComparison.OrdinalIgnoreCase) ? strength : strength * 0.7;
    }

    private static ReadOnlySpan<char> LastPart(ReadOnlySpan<char> name)
    {
        var border = name.LastIndexOfAny(".:#/");
        return border == name.Length - 1 ? name : name[(border + 1)..];
    }

    private static ReadOnlySpan<char> Qualifier(ReadOnlySpan<char> name)
    {
        var border = name.LastIndexOfAny(".:#/");
        return border <= 0 ? [] : name[..border].TrimEnd(".:#/");
    }
}
