namespace Synapse.Library;

/// <summary>One searchable document: the last complete version of a file.</summary>
/// <param name="Id">Key of this version in the store; a new version has a new id.</param>
/// <param name="CollectionId">The collection it belongs to.</param>
/// <param name="SourceId">The source it was found in.</param>
/// <param name="Path">Path relative to the source, with forward slashes.</param>
/// <param name="Language">Language id of the content, as in the language table: <c>csharp</c>, <c>markdown</c>, <c>text</c>, ...</param>
/// <param name="ContentHash">SHA-256 of the bytes that were read, 64 lower-case hex digits.</param>
/// <param name="SizeBytes">Size of the file, in bytes.</param>
/// <param name="ModifiedAt">Time of last change of the file.</param>
/// <param name="LineCount">Lines of the normalised text.</param>
/// <param name="ChunkCount">Chunks of this version.</param>
public sealed record Document(
    long Id,
    long CollectionId,
    long SourceId,
    string Path,
    string Language,
    string ContentHash,
    long SizeBytes,
    DateTimeOffset ModifiedAt,
    int LineCount,
    int ChunkCount);
