using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;

namespace Synapse.Storage;

/// <summary>A complete version of a document, ready to be stored.</summary>
/// <param name="SourceId">The source it was found in.</param>
/// <param name="Path">Path relative to the source, with forward slashes; replaces the document that has this path now, if any.</param>
/// <param name="Language">Language id of the content.</param>
/// <param name="ContentHash">SHA-256 of the bytes that were read, 64 lower-case hex digits.</param>
/// <param name="SizeBytes">Size of the file, in bytes.</param>
/// <param name="ModifiedAt">Time of last change of the file.</param>
/// <param name="Text">The normalised text that all offsets refer to.</param>
/// <param name="LineCount">Lines of the text.</param>
/// <param name="Chunks">The chunks, in order.</param>
/// <param name="Terms">The terms of each chunk; as long as <paramref name="Chunks"/>.</param>
/// <param name="Embeddings">The embeddings of the chunks, one after the other; chunks times dimensions numbers.</param>
public sealed record DocumentVersion(
    long SourceId,
    string Path,
    string Language,
    string ContentHash,
    long SizeBytes,
    DateTimeOffset ModifiedAt,
    string Text,
    int LineCount,
    IReadOnlyList<Chunk> Chunks,
    IReadOnlyList<ChunkTerms> Terms,
    ReadOnlyMemory<float> Embeddings);

/// <summary>A file of a source that was left out, and why.</summary>
/// <param name="Path">Path relative to the source, with forward slashes.</param>
/// <param name="Reason">Stable code of the reason, such as <c>binary</c>, <c>too_large</c>, <c>secret</c>, <c>unreadable</c>.</param>
/// <param name="Detail">The reason in words.</param>
public sealed record SkippedFile(string Path, string Reason, string Detail);

/// <summary>New time stamp of a document whose content did not change.</summary>
/// <param name="DocumentId">The document.</param>
/// <param name="SizeBytes">Size of the file now, in bytes.</param>
/// <param name="ModifiedAt">Time of last change of the file now.</param>
public sealed record DocumentTouch(long DocumentId, long SizeBytes, DateTimeOffset ModifiedAt);

/// <summary>Changes to one collection that become searchable together, or not at all.</summary>
/// <param name="CollectionId">The collection.</param>
/// <param name="Versions">Versions to store; each replaces the version at its path.</param>
/// <param name="RemovedDocumentIds">Documents to remove; ids that are gone already are passed over.</param>
/// <param name="Touched">Documents that only got a new time stamp.</param>
public sealed record IngestionBatch(
    long CollectionId,
    IReadOnlyList<DocumentVersion> Versions,
    IReadOnlyList<long> RemovedDocumentIds,
    IReadOnlyList<DocumentTouch> Touched)
{
    /// <summary>Fingerprint of the space of the versions' embeddings; null for the space that the collection points to, whichever it is.</summary>
    public string? SpaceFingerprint { get; init; }

    /// <summary>The lease of the job that the batch is of: it is stored only while that holds. Null for a batch of no job.</summary>
    public JobLease? Lease { get; init; }
}

/// <summary>The text of a stored chunk, and its embedding.</summary>
/// <param name="Text">The text.</param>
/// <param name="Embedding">The embedding, as exact as the store keeps it: storing it again changes nothing.</param>
public readonly record struct EmbeddedText(string Text, ReadOnlyMemory<float> Embedding);

/// <summary>What the store knows of a document that a later walk of its source must know.</summary>
/// <param name="DocumentId">Key of the version.</param>
/// <param name="Path">Path relative to the source.</param>
/// <param name="ContentHash">SHA-256 of the bytes that were read.</param>
/// <param name="SizeBytes">Size of the file then.</param>
/// <param name="ModifiedAt">Time of last change of the file then.</param>
public readonly record struct DocumentState(long DocumentId, string Path, string ContentHash, long SizeBytes, DateTimeOffset ModifiedAt);
