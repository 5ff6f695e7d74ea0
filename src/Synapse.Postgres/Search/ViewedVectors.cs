using Synapse.Postgres.Vectors;

namespace Synapse.Postgres.Search;

/// <summary>The embeddings of a collection in one space of a view.</summary>
/// <param name="CollectionId">The collection.</param>
/// <param name="ChunkCount">Its chunks there.</param>
/// <param name="Ranges">Which of them are indexed, the oldest first.</param>
internal sealed record ViewedVectors(long CollectionId, long ChunkCount, IReadOnlyList<IndexedRange> Ranges);
