using Synapse.Indexing;
using Synapse.Sqlite.Vectors;

namespace Synapse.Sqlite.Segments;

/// <summary>Everything that a segment holds, in flat arrays. Nothing in it changes once it is searchable.</summary>
internal sealed class SegmentContent : ISegmentLayout
{
    public required DocumentRow[] Documents { get; init; }

    public required ChunkRow[] Chunks { get; init; }

    /// <summary>BM25 length of each chunk.</summary>
    public required int[] Lengths { get; init; }

    /// <summary>Definitions of all chunks, in the strings.</summary>
    public required int[] Definitions { get; init; }

    public required StringTable Strings { get; init; }

    public required TermDictionary Terms { get; init; }

    /// <summary>The embeddings, or null without any.</summary>
    public VectorRows? Vectors { get; init; }

    /// <inheritdoc/>
    public (int First, int Count) ChunksOf(int document) => (Documents[document].FirstChunk, Documents[document].ChunkCount);
}
