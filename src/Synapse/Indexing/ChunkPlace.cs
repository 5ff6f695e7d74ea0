using Synapse.Storage;

namespace Synapse.Indexing;

/// <summary>Where a chunk of a view lies.</summary>
/// <param name="Segment">Number of its segment in the view.</param>
/// <param name="Chunk">Its place in the segment.</param>
internal readonly record struct ChunkPlace(int Segment, int Chunk)
{
    /// <summary>The place of a key that <see cref="ToKey"/> made.</summary>
    public static ChunkPlace Of(ChunkKey key) => new((int)(key.Value >> 32), (int)key.Value);

    /// <summary>The key of the chunk in its view.</summary>
    public ChunkKey ToKey() => new(((long)Segment << 32) | (uint)Chunk);
}
