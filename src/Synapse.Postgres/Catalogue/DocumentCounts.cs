namespace Synapse.Postgres.Catalogue;

/// <summary>Counts of a collection, or a change of them.</summary>
/// <param name="Documents">Documents.</param>
/// <param name="Chunks">Chunks of the documents.</param>
/// <param name="SizeBytes">Size of the documents as they were read.</param>
internal readonly record struct DocumentCounts(long Documents, long Chunks, long SizeBytes)
{
    public static DocumentCounts operator +(DocumentCounts left, DocumentCounts right)
        => new(left.Documents + right.Documents, left.Chunks + right.Chunks, left.SizeBytes + right.SizeBytes);

    public static DocumentCounts operator -(DocumentCounts left, DocumentCounts right)
        => new(left.Documents - right.Documents, left.Chunks - right.Chunks, left.SizeBytes - right.SizeBytes);
}
