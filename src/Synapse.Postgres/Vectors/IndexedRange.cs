namespace Synapse.Postgres.Vectors;

/// <summary>
/// A range of a collection's documents whose embeddings are in one vector index: those after the range before it, up to a last one. Documents after the last range are fresh:
/// keys of documents ascend with the commits of their collection.
/// </summary>
/// <param name="UpTo">Key of the last document.</param>
/// <param name="ChunkCount">Chunks there now, those without an embedding among them.</param>
internal readonly record struct IndexedRange(long UpTo, long ChunkCount);
