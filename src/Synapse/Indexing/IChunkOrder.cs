using Synapse.Storage;

namespace Synapse.Indexing;

/// <summary>The order of chunks whose scores are equal.</summary>
internal interface IChunkOrder
{
    /// <summary>Compares by path, ordinal, then document.</summary>
    int Compare(ChunkKey left, ChunkKey right);
}
