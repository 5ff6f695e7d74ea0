using System.Globalization;

namespace Synapse.Web.Reading;

/// <summary>Addresses of the document page.</summary>
internal static class DocumentAddress
{
    /// <summary>Value of <c>show</c> in an address whose span is a passage, marked by its lines.</summary>
    public const string Passage = "passage";

    /// <summary>Address of a document.</summary>
    public static string Of(long documentId) => string.Create(CultureInfo.InvariantCulture, $"/documents/{documentId}");

    /// <summary>Address of a span of a document: offsets in UTF-16 units, the end one past the last; the line tells people where it leads.</summary>
    public static string Of(long documentId, int startOffset, int endOffset, int startLine, bool isQuote)
        => string.Create(CultureInfo.InvariantCulture, $"/documents/{documentId}?from={startOffset}&to={endOffset}{(isQuote ? "" : $"&show={Passage}")}#L{startLine}");

    /// <summary>Lines for people: <c>12</c> or <c>12–20</c>.</summary>
    public static string Lines(int startLine, int endLine)
        => string.Create(CultureInfo.InvariantCulture, $"{startLine}{(endLine > startLine ? $"–{endLine}" : "")}");
}
