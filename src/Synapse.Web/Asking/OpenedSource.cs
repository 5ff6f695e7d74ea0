namespace Synapse.Web.Asking;

/// <summary>A span of a document that is open beside the answer.</summary>
/// <param name="DocumentId">The document.</param>
/// <param name="StartOffset">First UTF-16 unit of the span.</param>
/// <param name="EndOffset">One past the last.</param>
/// <param name="IsQuote">Whether the span is a quote, to be marked to the letter, and not a whole chunk.</param>
/// <param name="CitationNumber">Number of the citation it was opened from; null for a hit.</param>
public sealed record OpenedSource(long DocumentId, int StartOffset, int EndOffset, bool IsQuote, int? CitationNumber);
