namespace Synapse.Postgres.Vectors;

/// <summary>What of a collection's embeddings in a space is indexed.</summary>
/// <param name="Table">The embeddings.</param>
/// <param name="CollectionId">The collection.</param>
/// <param name="ChunkCount">Its chunks there.</param>
/// <param name="Pace">How fast more are coming.</param>
/// <param name="Ranges">What is indexed, the oldest first.</param>
internal sealed record IndexState(VectorTable Table, long CollectionId, long ChunkCount, LoadPace Pace, IReadOnlyList<IndexedRange> Ranges)
{
    /// <summary>Chunks that are in no index.</summary>
    public long Fresh => ChunkCount - Ranges.Sum(static range => range.ChunkCount);

    /// <summary>How many ranges stay when an index is built now; null when none is worth it.</summary>
    public int? Choose(int indexedFrom) => RangePolicy.Choose([.. Ranges.Select(static range => range.ChunkCount)], Fresh, Pace, indexedFrom);
}
