using System.ComponentModel.DataAnnotations;

namespace Synapse.Contracts;

/// <summary>Asks for a backup of the whole store in a file.</summary>
/// <param name="Path">Absolute path of the file on the server's machine.</param>
/// <param name="Replace">Whether a file that is there is replaced, when the new one is whole.</param>
public sealed record BackupRequest([Required, StringLength(4_096, MinimumLength = 1)] string Path, bool Replace = false);

/// <summary>Asks for an export of one collection in a file.</summary>
/// <param name="Collection">Its name.</param>
/// <param name="Path">Absolute path of the file on the server's machine.</param>
/// <param name="Replace">Whether a file that is there is replaced, when the new one is whole.</param>
public sealed record ExportCollectionRequest([Required] string Collection, [Required, StringLength(4_096, MinimumLength = 1)] string Path, bool Replace = false);

/// <summary>Asks for the collection of a file to be imported.</summary>
/// <param name="Path">Absolute path of the file on the server's machine.</param>
/// <param name="Name">Another name for the collection; null for its own.</param>
public sealed record ImportCollectionRequest([Required, StringLength(4_096, MinimumLength = 1)] string Path, [StringLength(100, MinimumLength = 1)] string? Name = null);

/// <summary>How far an archive is written or read.</summary>
/// <param name="Phase"><c>archiving</c>, <c>checking</c>, <c>copying</c> or <c>comparing</c>.</param>
/// <param name="DocumentsDone">Documents that this phase has dealt with.</param>
/// <param name="DocumentsTotal">All documents.</param>
/// <param name="ChunksDone">Chunks of the documents done.</param>
/// <param name="ChunksTotal">All chunks.</param>
/// <param name="RemainingMs">Time until the end of this phase, in milliseconds; null as long as it is not known.</param>
public sealed record ArchiveProgressResponse(string Phase, long DocumentsDone, long DocumentsTotal, long ChunksDone, long ChunksTotal, double? RemainingMs);

/// <summary>An archive that was written.</summary>
/// <param name="Path">The file.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Sha256">The hash that stands for every byte of it; 64 lower-case hex digits.</param>
/// <param name="Collections">Its collections.</param>
/// <param name="EgressEntries">Entries of the egress ledger.</param>
/// <param name="Files">Files of the data folder that are in it.</param>
/// <param name="ElapsedMs">How long it took, in milliseconds.</param>
public sealed record ArchiveResponse(
    string Path, long SizeBytes, string Sha256, IReadOnlyList<ArchivedCollectionResponse> Collections, long EgressEntries, IReadOnlyList<string> Files, double ElapsedMs);

/// <summary>A collection of an archive.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Documents">Its documents.</param>
/// <param name="Chunks">Their chunks.</param>
/// <param name="EmbeddingModels">Models of its embeddings; empty without any.</param>
public sealed record ArchivedCollectionResponse(string Name, long Documents, long Chunks, IReadOnlyList<string> EmbeddingModels);

/// <summary>A collection that was imported.</summary>
/// <param name="Collection">Its name.</param>
/// <param name="Documents">Its documents.</param>
/// <param name="Chunks">Their chunks.</param>
/// <param name="Sha256">SHA-256 of all that it holds, the same in every store; 64 lower-case hex digits.</param>
/// <param name="EmbeddingModel">Model of its embeddings; null without any.</param>
/// <param name="ModelConfigured">Whether this server has that model, so that the collection is searched by meaning at once; else by its words alone, until it is switched to another model.</param>
/// <param name="Resumed">Whether an earlier import, which was killed, was completed.</param>
/// <param name="ElapsedMs">How long it took, in milliseconds.</param>
public sealed record ImportedCollectionResponse(
    string Collection, long Documents, long Chunks, string Sha256, string? EmbeddingModel, bool ModelConfigured, bool Resumed, double ElapsedMs);

/// <summary>One event while an archive is written or imported; exactly one member is set.</summary>
/// <param name="Progress">How far it is.</param>
/// <param name="Archived">The archive; always last.</param>
/// <param name="Imported">The collection; always last.</param>
public sealed record ArchiveStreamEvent(ArchiveProgressResponse? Progress = null, ArchiveResponse? Archived = null, ImportedCollectionResponse? Imported = null);
