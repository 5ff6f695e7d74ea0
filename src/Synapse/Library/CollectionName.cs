using Synapse.Errors;

namespace Synapse.Library;

/// <summary>The rule for names of collections: short, printable, and safe in a URL path and on a command line.</summary>
public static class CollectionName
{
    /// <summary>The longest name, in UTF-16 units.</summary>
    public const int MaxLength = 100;

    /// <summary>Returns the name trimmed, or throws when it breaks the rule.</summary>
    /// <param name="name">The name as given.</param>
    /// <returns>The name without white space around it.</returns>
    /// <exception cref="InvalidCollectionNameException">The name is empty, too long, or has a control character or one of <c>/ \ ? # %</c>.</exception>
    public static string Validate(string? name)
    {
        var trimmed = name?.Trim() ?? "";
        if (trimmed.Length is 0 or > MaxLength)
        {
            throw new InvalidCollectionNameException(trimmed, $"a name has 1 to {MaxLength} characters");
        }

        if (trimmed is "." or ".." || trimmed.AsSpan().IndexOfAny("/\\?#%") >= 0 || trimmed.Any(char.IsControl))
        {
            throw new InvalidCollectionNameException(trimmed, "a name is not '.' or '..' and has no control character and none of / \\ ? # %");
        }

        return trimmed;
    }
}
