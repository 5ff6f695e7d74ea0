namespace Synapse.Indexing;

/// <summary>Which chunks of a segment belong to which of its documents.</summary>
internal interface ISegmentLayout
{
    /// <summary>BM25 length of each chunk.</summary>
    int[] Lengths { get; }

    /// <summary>The chunks of a document.</summary>
    /// <param name="document">Its place in the segment.</param>
    (int First, int Count) ChunksOf(int document);
}
