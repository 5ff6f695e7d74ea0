using Synapse.Embedding;

namespace Synapse.Switching;

/// <summary>What a switch to another embedding model takes.</summary>
/// <param name="From">The space that is searched now.</param>
/// <param name="To">The space of the other model.</param>
/// <param name="Documents">Documents to embed.</param>
/// <param name="Chunks">Chunks to embed.</param>
/// <param name="Tokens">Tokens of those chunks, estimated from a sample.</param>
/// <param name="IsLocal">Whether the texts stay on this machine or its private network.</param>
/// <param name="Duration">How long it takes, measured on a sample; null for a model that is not local, to which nothing is sent for an estimate.</param>
/// <param name="Cost">What it costs by the operator's price table; null without one.</param>
/// <param name="Currency">Currency of the cost; null without one.</param>
public sealed record SwitchEstimate(
    EmbeddingSpace From, EmbeddingSpace To, long Documents, long Chunks, long Tokens, bool IsLocal, TimeSpan? Duration, decimal? Cost, string? Currency);
