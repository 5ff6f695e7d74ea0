using System.Text.Json;
using System.Text.Json.Serialization;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Privacy;

namespace Synapse.Storage.Archiving;

/// <summary>What an archive holds.</summary>
public enum ArchiveContent
{
    /// <summary>A whole store.</summary>
    Store,

    /// <summary>One collection.</summary>
    Collection,
}

/// <summary>The manifest: what is in the archive, and the hash of each entry.</summary>
internal sealed record ArchiveManifest(
    string Format,
    int Version,
    ArchiveContent Content,
    string Program,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ArchivedSpace> Spaces,
    IReadOnlyList<ArchivedCount> Collections,
    IReadOnlyList<ArchivedPage> Egress,
    IReadOnlyList<string> Files,
    IReadOnlyList<ArchivedEntry> Entries);

/// <summary>An embedding space.</summary>
internal sealed record ArchivedSpace(string Model, int Dimensions, string QueryPrefix, string PassagePrefix);

/// <summary>A collection in the manifest.</summary>
internal sealed record ArchivedCount(string Name, long Documents, long Chunks, long Bytes, IReadOnlyList<string> Models);

/// <summary>A page of documents or of the ledger: its last path or key, and how many it has.</summary>
internal sealed record ArchivedPage(string Last, int Count);

/// <summary>An entry, but for the manifest itself: its name, its bytes, those that lie in the file, and their SHA-256.</summary>
internal sealed record ArchivedEntry(string Name, uint Bytes, uint PackedBytes, string Sha256);

/// <summary>A collection.</summary>
internal sealed record ArchivedCollection(
    string Name, DateTimeOffset CreatedAt, CollectionPrivacy Privacy, int? Space, IReadOnlyList<ArchivedQuestion>? Evaluation, IReadOnlyList<ArchivedSource> Sources);

/// <summary>A question that a collection is measured by.</summary>
internal sealed record ArchivedQuestion(string Text, IReadOnlyList<string> Relevant);

/// <summary>A source. Its portions are numbered from 1 through the archive.</summary>
internal sealed record ArchivedSource(SourceKind Kind, string Location, DateTimeOffset CreatedAt, IReadOnlyList<ArchivedPage> Pages, IReadOnlyList<ArchivedPortion> Portions);

/// <summary>Documents that lie together: how many, the space of their embeddings, and how those lie.</summary>
internal sealed record ArchivedPortion(int Documents, int Space, EmbeddingForm Form);

/// <summary>A document without what it holds. <paramref name="Portion"/> and <paramref name="Place"/> say where that is.</summary>
internal sealed record ArchivedDocument(
    string Path, string Language, string ContentHash, long SizeBytes, DateTimeOffset ModifiedAt, int Lines, int Chunks, int Portion, int Place);

/// <summary>What a document holds, but for its embeddings.</summary>
internal sealed record ArchivedText(string Path, string Text, IReadOnlyList<ArchivedChunk> Chunks);

/// <summary>A chunk.</summary>
internal sealed record ArchivedChunk(
    int StartOffset, int EndOffset, int StartLine, int EndLine, ChunkKind Kind, string? Heading, string? Symbol, bool DefinesSymbol, IReadOnlyList<string>? Definitions);

/// <summary>A file that was left out.</summary>
internal sealed record ArchivedSkip(string Path, string Reason, string Detail);

/// <summary>An entry of the egress ledger.</summary>
internal sealed record ArchivedEgress(
    long Id,
    DateTimeOffset StartedAt,
    string Provider,
    string Host,
    AddressReach Reach,
    EgressPurpose? Purpose,
    EgressOutcome Outcome,
    int? Status,
    string? Rule,
    long BytesSent,
    long BytesReceived,
    long DurationTicks,
    IReadOnlyList<EgressedDocument> Documents);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.Strict,
    PropertyNameCaseInsensitive = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ArchiveManifest))]
[JsonSerializable(typeof(ArchivedCollection))]
[JsonSerializable(typeof(ArchivedDocument))]
[JsonSerializable(typeof(ArchivedText))]
[JsonSerializable(typeof(ArchivedSkip))]
[JsonSerializable(typeof(ArchivedEgress))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
