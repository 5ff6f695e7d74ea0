using Synapse.Embedding;
using Synapse.Storage.Copying;

namespace Synapse.Storage.Archiving;

/// <summary>A collection that was imported.</summary>
/// <param name="Resumed">Whether an earlier run, which was killed, was completed.</param>
/// <param name="Collection">The collection, compared with the archive.</param>
/// <param name="Space">The space of its embeddings; null without any.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record ImportReport(bool Resumed, CopiedCollection Collection, EmbeddingSpace? Space, TimeSpan Elapsed);
