using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>A segment with what is gone of it.</summary>
/// <param name="Header">The segment.</param>
/// <param name="Deletions">What is gone; null when nothing is.</param>
internal sealed record SegmentView(SegmentHeader Header, Deletions? Deletions) : IMergeable
{
    /// <inheritdoc/>
    public int ChunkCount => Header.Lengths.Length;

    /// <inheritdoc/>
    public int LiveChunks => ChunkCount - (Deletions?.ChunkCount ?? 0);

    /// <inheritdoc/>
    public int LiveDocuments => Header.DocumentCount - (Deletions?.Documents.Length ?? 0);

    /// <summary>Sum of the BM25 lengths of the chunks that are there.</summary>
    public long LiveLength => Header.TotalLength - (Deletions?.TotalLength ?? 0);
}
