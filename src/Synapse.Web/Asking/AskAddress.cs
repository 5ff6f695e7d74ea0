namespace Synapse.Web.Asking;

/// <summary>What is asked, as the address of the page says it; the address alone brings the page back.</summary>
/// <param name="Query">The question or query; empty for the bare page.</param>
/// <param name="Collection">Name of the collection to look in; null for all.</param>
/// <param name="SearchOnly">Whether only hits are wanted, and no answer.</param>
/// <param name="QuotesOnly">Whether the answer is to be made of quotes, although a model is configured.</param>
public sealed record AskAddress(string Query, string? Collection, bool SearchOnly, bool QuotesOnly = false)
{
    /// <summary>Value of <c>mode</c> in an address that asks for hits only.</summary>
    public const string SearchMode = "search";

    /// <summary>Value of <c>mode</c> in an address that asks for an answer of quotes.</summary>
    public const string QuotesMode = "quotes";

    /// <summary>Reads the parts of an address; blanks count as absent.</summary>
    public static AskAddress From(string? query, string? collection, string? mode)
        => new(query?.Trim() ?? "", string.IsNullOrWhiteSpace(collection) ? null : collection.Trim(), mode == SearchMode, mode == QuotesMode);

    /// <inheritdoc/>
    public override string ToString()
    {
        var parts = new List<string>();
        if (Query.Length > 0)
        {
            parts.Add($"q={Uri.EscapeDataString(Query)}");
        }

        if (Collection is not null)
        {
            parts.Add($"collection={Uri.EscapeDataString(Collection)}");
        }

        if (SearchOnly)
        {
            parts.Add($"mode={SearchMode}");
        }
        else if (QuotesOnly)
        {
            parts.Add($"mode={QuotesMode}");
        }

        return parts.Count == 0 ? "/" : $"/?{string.Join('&', parts)}";
    }
}
