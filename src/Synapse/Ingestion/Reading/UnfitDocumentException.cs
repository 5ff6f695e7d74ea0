namespace Synapse.Ingestion.Reading;

/// <summary>A file has nothing that can be indexed; it becomes a skipped file with this reason.</summary>
/// <param name="reason">One of the codes of <see cref="SkipReason"/>.</param>
/// <param name="detail">The reason in words, as a sentence.</param>
public sealed class UnfitDocumentException(string reason, string detail) : Exception(detail)
{
    /// <summary>One of the codes of <see cref="SkipReason"/>.</summary>
    public string Reason { get; } = reason;
}
