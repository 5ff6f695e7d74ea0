namespace Synapse.LocalModels.Catalogue;

/// <summary>What is publicly known of a model, from its page on the hub. No commit and no checksum: those are recorded when its files come for the first time.</summary>
/// <param name="Name">Name in this product, and of its folder.</param>
/// <param name="HubId">Name on the hub, as <c>OWNER/NAME</c>.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Dimensions">Numbers of an embedding; null for a reranker.</param>
/// <param name="MaxTokens">Longest text, in its own tokens; for a reranker, query and passage together.</param>
/// <param name="Licence">Identifier of its licence, as its page names it.</param>
/// <param name="WeightsBytes">About how large its weights are, in bytes: on the wire, and at least in memory.</param>
/// <param name="GoodFor">What to take it for.</param>
public sealed record CatalogueModel(
    string Name, string HubId, ModelKind Kind, int? Dimensions, int MaxTokens, string Licence, long WeightsBytes, string GoodFor)
{
    /// <summary>What stands before a query; empty for nothing.</summary>
    public string QueryPrefix { get; init; } = "";

    /// <summary>What stands before a passage; empty for nothing.</summary>
    public string PassagePrefix { get; init; } = "";
}
