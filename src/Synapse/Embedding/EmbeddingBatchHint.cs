namespace Synapse.Embedding;

/// <summary>How an embedder on a server likes to be asked.</summary>
/// <param name="Texts">Texts of one request that it serves well; at least 1.</param>
/// <param name="Characters">Characters of one request, all texts together; at least 1. A single longer text is a request of its own.</param>
/// <param name="Requests">Requests in flight at once; at least 1.</param>
public sealed record EmbeddingBatchHint(int Texts = 96, int Characters = 200_000, int Requests = 4);
