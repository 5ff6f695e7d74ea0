using Synapse.Library;

namespace Synapse.Sqlite.Catalogue;

/// <summary>Puts an access scope into a query.</summary>
internal static class ScopeFilter
{
    /// <summary>Condition on a collection id; bind <see cref="Value"/> to its parameter.</summary>
    /// <param name="column">The column that holds the collection's id.</param>
    /// <param name="parameter">Number of the parameter, such as <c>?1</c>.</param>
    public static string On(string column, string parameter)
        => $"({parameter} IS NULL OR {column} IN (SELECT value FROM json_each({parameter})))";

    /// <summary>The scope as a value: null for everything, else a list of ids.</summary>
    public static string? Value(AccessScope scope)
        => scope.IsEverything ? null : $"[{string.Join(',', scope.CollectionIds)}]";
}
