namespace Synapse.Storage.Copying;

/// <summary>What a copy is at.</summary>
public enum CopyPhase
{
    /// <summary>Documents go into the target.</summary>
    Copying,

    /// <summary>The target is read back and compared with the source.</summary>
    Comparing,

    /// <summary>Documents go into an archive.</summary>
    Archiving,

    /// <summary>An archive is read, and its hashes are compared.</summary>
    Checking,
}

/// <summary>How far a copy is.</summary>
/// <param name="Phase">What it is at.</param>
/// <param name="DocumentsDone">Documents that this phase has dealt with.</param>
/// <param name="DocumentsTotal">Documents of the source.</param>
/// <param name="ChunksDone">Chunks of the documents done.</param>
/// <param name="ChunksTotal">Chunks of the source.</param>
/// <param name="Remaining">How long this phase is going to take, by its speed so far; null before that is known.</param>
public sealed record CopyProgress(CopyPhase Phase, long DocumentsDone, long DocumentsTotal, long ChunksDone, long ChunksTotal, TimeSpan? Remaining);

/// <summary>What was copied.</summary>
/// <param name="Resumed">Whether an earlier, unfinished copy was completed.</param>
/// <param name="Collections">The collections, in the order they were made.</param>
/// <param name="EgressEntries">Entries of the egress ledger.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record CopyReport(bool Resumed, IReadOnlyList<CopiedCollection> Collections, long EgressEntries, TimeSpan Elapsed);

/// <summary>A collection that was copied and compared.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Documents">Its documents.</param>
/// <param name="Chunks">Their chunks.</param>
/// <param name="Digest">SHA-256 of all that it holds, the same for source and copy; 64 lower-case hex digits.</param>
public sealed record CopiedCollection(string Name, long Documents, long Chunks, string Digest);
