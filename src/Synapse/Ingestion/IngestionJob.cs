namespace Synapse.Ingestion;

/// <summary>Where an ingestion job stands.</summary>
public enum IngestionJobState
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>Is being worked on.</summary>
    Running,

    /// <summary>Waits for something outside to change, such as free disk space, and goes on by itself.</summary>
    Waiting,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Ended by an error; see its code and message.</summary>
    Failed,

    /// <summary>Ended by request.</summary>
    Cancelled,

    /// <summary>Stands still by request until it is resumed.</summary>
    Paused,
}

/// <summary>How far an ingestion job is.</summary>
/// <param name="FilesFound">Files that the walk has found and not left out.</param>
/// <param name="FilesDone">Of those, files that are dealt with.</param>
/// <param name="FilesSkipped">Files left out, each with a reason.</param>
/// <param name="DocumentsAdded">Documents stored that were not there before.</param>
/// <param name="DocumentsChanged">Documents replaced by a new version.</param>
/// <param name="DocumentsRemoved">Documents removed because their files are gone.</param>
/// <param name="ChunksStored">Chunks of the documents added or changed.</param>
/// <param name="BytesFound">Size of the files found, in bytes.</param>
/// <param name="BytesDone">Size of the files dealt with, in bytes.</param>
/// <param name="WalkComplete">Whether the walk has ended, so that the found figures are final.</param>
/// <param name="BytesPerSecond">How fast this run deals with files that have to be read, measured since it began; null until some of them are stored.</param>
public sealed record IngestionProgress(
    long FilesFound = 0,
    long FilesDone = 0,
    long FilesSkipped = 0,
    long DocumentsAdded = 0,
    long DocumentsChanged = 0,
    long DocumentsRemoved = 0,
    long ChunksStored = 0,
    long BytesFound = 0,
    long BytesDone = 0,
    bool WalkComplete = false,
    long? BytesPerSecond = null)
{
    /// <summary>How long the rest takes at the speed measured; null without one, or while more files may be found.</summary>
    public TimeSpan? RemainingTime
        => WalkComplete && BytesPerSecond is > 0 and var speed ? TimeSpan.FromSeconds(Math.Max(0, BytesFound - BytesDone) / (double)speed) : null;
}

/// <summary>The durable record of bringing one source up to date.</summary>
/// <param name="Id">Key in the store.</param>
/// <param name="CollectionId">The collection.</param>
/// <param name="SourceId">The source.</param>
/// <param name="State">Where it stands.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="StartedAt">When work on it last began; null before.</param>
/// <param name="FinishedAt">When it ended; null before.</param>
/// <param name="Attempts">How often work on it began; more than 1 after a crash, or after another server took it over.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="ErrorCode">Stable code of the error that ended it or that it waits on; null without one.</param>
/// <param name="ErrorMessage">That error in words.</param>
public sealed record IngestionJob(
    long Id,
    long CollectionId,
    long SourceId,
    IngestionJobState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Attempts,
    IngestionProgress Progress,
    string? ErrorCode,
    string? ErrorMessage)
{
    /// <summary>How urgent it is.</summary>
    public IngestionJobPriority Priority { get; init; } = IngestionJobPriority.Load;

    /// <summary>Name of the server that works on it; null while none does.</summary>
    public string? Server { get; init; }

    /// <summary>Whether the job has come to its end.</summary>
    public bool IsFinished => State is IngestionJobState.Completed or IngestionJobState.Failed or IngestionJobState.Cancelled;
}
