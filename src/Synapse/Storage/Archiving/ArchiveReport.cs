namespace Synapse.Storage.Archiving;

/// <summary>What an archive holds.</summary>
/// <param name="Content">A store or a collection.</param>
/// <param name="Sha256">The hash that stands for every byte of it; 64 lower-case hex digits.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Program">The program that wrote it, with its version.</param>
/// <param name="Collections">Its collections.</param>
/// <param name="EgressEntries">Entries of the egress ledger.</param>
/// <param name="Files">Names of the files of the data folder that are in it.</param>
public sealed record ArchiveReport(
    ArchiveContent Content,
    string Sha256,
    long Bytes,
    DateTimeOffset CreatedAt,
    string Program,
    IReadOnlyList<ArchivedCollectionReport> Collections,
    long EgressEntries,
    IReadOnlyList<string> Files);

/// <summary>A collection of an archive.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Documents">Its documents.</param>
/// <param name="Chunks">Their chunks.</param>
/// <param name="Models">Models of its embeddings; empty without any.</param>
public sealed record ArchivedCollectionReport(string Name, long Documents, long Chunks, IReadOnlyList<string> Models);

/// <summary>A file of the data folder that goes along with a store, such as a prompt.</summary>
/// <param name="Name">Its path in the data folder, with forward slashes.</param>
/// <param name="Content">What it holds.</param>
public sealed record ArchivedFile(string Name, ReadOnlyMemory<byte> Content);
