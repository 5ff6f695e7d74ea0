namespace Synapse.Contracts;

/// <summary>A searchable document.</summary>
/// <param name="Id">Key of this version; a new version has a new id.</param>
/// <param name="SourceId">The source it was found in.</param>
/// <param name="Path">Path relative to the source, with forward slashes.</param>
/// <param name="Language">Language of the content: <c>csharp</c>, <c>markdown</c>, <c>text</c>, ...</param>
/// <param name="SizeBytes">Size of the file, in bytes.</param>
/// <param name="ModifiedAt">Time of last change of the file.</param>
/// <param name="LineCount">Lines of the text.</param>
/// <param name="ChunkCount">Chunks of the text.</param>
/// <param name="ContentHash">SHA-256 of the bytes that were read, 64 lower-case hex digits.</param>
public sealed record DocumentResponse(
    long Id,
    long SourceId,
    string Path,
    string Language,
    long SizeBytes,
    DateTimeOffset ModifiedAt,
    int LineCount,
    int ChunkCount,
    string ContentHash);

/// <summary>One page of the documents of a collection, by path.</summary>
/// <param name="Documents">The documents of this page.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; null on the last.</param>
public sealed record DocumentPageResponse(IReadOnlyList<DocumentResponse> Documents, string? Next);

/// <summary>Lines of the stored text of a document.</summary>
/// <param name="Id">The document.</param>
/// <param name="Path">Path relative to its source.</param>
/// <param name="StartLine">First line of <paramref name="Text"/>, from 1.</param>
/// <param name="EndLine">Last line, inclusive; one less than <paramref name="StartLine"/> when the text is empty.</param>
/// <param name="LineCount">Lines of the whole document.</param>
/// <param name="Text">The lines, each but the last ended by a line feed.</param>
public sealed record DocumentTextResponse(long Id, string Path, int StartLine, int EndLine, int LineCount, string Text);
