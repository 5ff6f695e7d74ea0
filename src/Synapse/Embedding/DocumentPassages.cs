using Synapse.Errors;
using Synapse.Privacy;

namespace Synapse.Embedding;

/// <summary>The texts of one document that are to be embedded.</summary>
/// <param name="Document">The document, for the ledger.</param>
/// <param name="Texts">Its texts, in order; the same text may come twice.</param>
internal sealed record DocumentPassages(EgressDocument Document, IReadOnlyList<string> Texts);

/// <summary>What became of the texts of one document.</summary>
/// <param name="Embeddings">Their embeddings, one after the other; empty when they were refused.</param>
/// <param name="Refusal">Why the server takes none of this document's text; null when it did.</param>
internal sealed record EmbeddedPassages(float[] Embeddings, ProviderException? Refusal = null);
