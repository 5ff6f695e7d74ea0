namespace Synapse.Contracts;

/// <summary>How far an ingestion job is.</summary>
/// <param name="FilesFound">Files found and not left out.</param>
/// <param name="FilesDone">Of those, files that are dealt with.</param>
/// <param name="FilesSkipped">Files left out, each with a reason.</param>
/// <param name="DocumentsAdded">Documents that were not there before.</param>
/// <param name="DocumentsChanged">Documents replaced by a new version.</param>
/// <param name="DocumentsRemoved">Documents removed because their files are gone.</param>
/// <param name="ChunksStored">Chunks of the documents added or changed.</param>
/// <param name="BytesFound">Size of the files found, in bytes.</param>
/// <param name="BytesDone">Size of the files dealt with, in bytes.</param>
/// <param name="WalkComplete">Whether the found figures are final.</param>
public sealed record JobProgressResponse(
    long FilesFound,
    long FilesDone,
    long FilesSkipped,
    long DocumentsAdded,
    long DocumentsChanged,
    long DocumentsRemoved,
    long ChunksStored,
    long BytesFound,
    long BytesDone,
    bool WalkComplete)
{
    /// <summary>Bytes per second of the files that have to be read, as measured since this run began; null until some of them are stored.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Seconds that the rest takes at the speed measured; null without one.</summary>
    public double? RemainingSeconds { get; init; }
}

/// <summary>A job that brings one source up to date.</summary>
/// <param name="Id">Key.</param>
/// <param name="Collection">Name of the collection; empty when it was removed meanwhile.</param>
/// <param name="SourceId">The source.</param>
/// <param name="State"><c>queued</c>, <c>running</c>, <c>waiting</c>, <c>paused</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Finished">Whether it has come to its end.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="StartedAt">When work on it last began; null before.</param>
/// <param name="FinishedAt">When it ended; null before.</param>
/// <param name="Attempts">How often work on it began; more than 1 after a crash, or after another server took it over.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="ErrorCode">Stable code of the error that ended it or that it waits on; null without one.</param>
/// <param name="ErrorMessage">That error in words.</param>
public sealed record JobResponse(
    long Id,
    string Collection,
    long SourceId,
    string State,
    bool Finished,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Attempts,
    JobProgressResponse Progress,
    string? ErrorCode,
    string? ErrorMessage)
{
    /// <summary><c>rescan</c>, <c>load</c>, <c>change</c> or <c>refresh</c>, from the least urgent to the most; empty from an older server.</summary>
    public string Priority { get; init; } = "";

    /// <summary>Name of the server that works on it; null while none does.</summary>
    public string? Server { get; init; }
}

/// <summary>Jobs, newest first.</summary>
/// <param name="Jobs">The jobs.</param>
public sealed record JobListResponse(IReadOnlyList<JobResponse> Jobs);
