namespace Synapse.EmbeddingServer.Wire;

/// <summary>How well documents fit a query.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Results">Best first; of equal scores the earlier document first.</param>
/// <param name="Usage">What the request used.</param>
internal sealed record RerankResponse(string Model, IReadOnlyList<RerankResult> Results, UsageBody Usage);

/// <summary>How well one document fits.</summary>
/// <param name="Index">Place of the document in the request, from 0.</param>
/// <param name="RelevanceScore">Higher fits better.</param>
/// <param name="Document">The document, where it was asked for.</param>
internal sealed record RerankResult(int Index, float RelevanceScore, RerankDocument? Document);

/// <summary>A document.</summary>
/// <param name="Text">Its text.</param>
internal sealed record RerankDocument(string Text);

/// <summary>What a request used.</summary>
/// <param name="PromptTokens">Tokens that the model read, special tokens and prefixes included.</param>
/// <param name="TotalTokens">The same.</param>
internal sealed record UsageBody(long PromptTokens, long TotalTokens);
