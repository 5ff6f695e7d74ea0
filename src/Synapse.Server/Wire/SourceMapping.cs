using Synapse.Contracts;
using Synapse.Ingestion;
using Synapse.Library;

namespace Synapse.Server.Wire;

/// <summary>Writes sources, jobs and documents in the words of the contract.</summary>
internal static class SourceMapping
{
    public static SourceResponse ToResponse(this Source source, string collection)
        => new(source.Id, collection, WordOf(source.Kind), source.Location, source.CreatedAt);

    public static JobResponse ToResponse(this IngestionJob job, string collection)
        => new(
            job.Id,
            collection,
            job.SourceId,
            StateOf(job.State),
            job.IsFinished,
            job.CreatedAt,
            job.StartedAt,
            job.FinishedAt,
            job.Attempts,
            job.Progress.ToResponse(),
            job.ErrorCode,
            job.ErrorMessage)
        {
            Priority = WordOf(job.Priority),
            Server = job.Server,
        };

    public static DocumentResponse ToResponse(this Document document)
        => new(
            document.Id,
            document.SourceId,
            document.Path,
            document.Language,
            document.SizeBytes,
            document.ModifiedAt,
            document.LineCount,
            document.ChunkCount,
            document.ContentHash);

    private static JobProgressResponse ToResponse(this IngestionProgress progress)
        => new(
            progress.FilesFound,
            progress.FilesDone,
            progress.FilesSkipped,
            progress.DocumentsAdded,
            progress.DocumentsChanged,
            progress.DocumentsRemoved,
            progress.ChunksStored,
            progress.BytesFound,
            progress.BytesDone,
            progress.WalkComplete)
        {
            BytesPerSecond = progress.BytesPerSecond,
            RemainingSeconds = progress.RemainingTime?.TotalSeconds,
        };

    private static string WordOf(SourceKind kind) => kind switch
    {
        SourceKind.File => "file",
        SourceKind.Imported => "imported",
        _ => "folder",
    };

    private static string WordOf(IngestionJobPriority priority) => priority switch
    {
        IngestionJobPriority.Rescan => "rescan",
        IngestionJobPriority.Load => "load",
        IngestionJobPriority.Change => "change",
        _ => "refresh",
    };

    private static string StateOf(IngestionJobState state) => state switch
    {
        IngestionJobState.Queued => "queued",
        IngestionJobState.Running => "running",
        IngestionJobState.Waiting => "waiting",
        IngestionJobState.Paused => "paused",
        IngestionJobState.Completed => "completed",
        IngestionJobState.Failed => "failed",
        _ => "cancelled",
    };
}
