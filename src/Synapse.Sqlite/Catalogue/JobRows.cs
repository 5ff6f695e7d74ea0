using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Sqlite.Connections;
using Synapse.Storage;

namespace Synapse.Sqlite.Catalogue;

/// <summary>Ingestion jobs and the files that were left out.</summary>
internal static class JobRows
{
    private static readonly string s_jobs =
        "SELECT id, collection_id, source_id, state, created_at, started_at, finished_at, attempts, files_found, files_done, files_skipped,"
        + " documents_added, documents_changed, documents_removed, chunks_stored, bytes_found, bytes_done, walk_complete, error_code, error_message"
        + $" FROM jobs WHERE {ScopeFilter.On("collection_id", "?1")}";

    public static IngestionJob Add(StoreConnection connection, long collectionId, long sourceId, DateTimeOffset now)
    {
        if (LibraryQueries.FindSource(connection, AccessScope.Everything, sourceId)?.CollectionId != collectionId)
        {
            throw new SourceNotFoundException(sourceId);
        }

        var queued = LibraryQueries.Collect(
            connection.Prepare(s_jobs + " AND source_id = ?2 AND state = ?3 ORDER BY id LIMIT 1")
                .Bind(1, (string?)null)
                .Bind(2, sourceId)
                .Bind(3, (long)IngestionJobState.Queued),
            Read);
        if (queued.Count > 0)
        {
            return queued[0];
        }

        connection.Prepare(
            "INSERT INTO jobs(collection_id, source_id, state, created_at, attempts, files_found, files_done, files_skipped, documents_added,"
            + " documents_changed, documents_removed, chunks_stored, bytes_found, bytes_done, walk_complete)"
            + " VALUES(?, ?, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)")
            .Bind(1, collectionId)
            .Bind(2, sourceId)
            .Bind(3, now.UtcTicks)
            .Run();
        return new IngestionJob(
            connection.LastInsertId, collectionId, sourceId, IngestionJobState.Queued, now, null, null, 0, new IngestionProgress(), null, null);
    }

    public static void Update(StoreConnection connection, IngestionJob job)
        => connection.Prepare(
            "UPDATE jobs SET state = ?1, started_at = ?2, finished_at = ?3, attempts = ?4, files_found = ?5, files_done = ?6, files_skipped = ?7,"
            + " documents_added = ?8, documents_changed = ?9, documents_removed = ?10, chunks_stored = ?11, bytes_found = ?12, bytes_done = ?13,"
            + " walk_complete = ?14, error_code = ?15, error_message = ?16 WHERE id = ?17")
            .Bind(1, (long)job.State)
            .Bind(2, job.StartedAt?.UtcTicks)
            .Bind(3, job.FinishedAt?.UtcTicks)
            .Bind(4, (long)job.Attempts)
            .Bind(5, job.Progress.FilesFound)
            .Bind(6, job.Progress.FilesDone)
            .Bind(7, job.Progress.FilesSkipped)
            .Bind(8, job.Progress.DocumentsAdded)
            .Bind(9, job.Progress.DocumentsChanged)
            .Bind(10, job.Progress.DocumentsRemoved)
            .Bind(11, job.Progress.ChunksStored)
            .Bind(12, job.Progress.BytesFound)
            .Bind(13, job.Progress.BytesDone)
            .Bind(14, job.Progress.WalkComplete ? 1L : 0L)
            .Bind(15, job.ErrorCode)
            .Bind(16, job.ErrorMessage)
            .Bind(17, job.Id)
            .Run();

    public static IngestionJob? Find(StoreConnection connection, AccessScope scope, long jobId)
        => LibraryQueries.Collect(connection.Prepare(s_jobs + " AND id = ?2").Bind(1, ScopeFilter.Value(scope)).Bind(2, jobId), Read).FirstOrDefault();

    public static List<IngestionJob> List(StoreConnection connection, AccessScope scope, long? collectionId, bool unfinishedOnly, int limit)
        => LibraryQueries.Collect(
            connection.Prepare(
                s_jobs + " AND (?2 IS NULL OR collection_id = ?2)" + (unfinishedOnly ? " AND state <= 2" : "") + " ORDER BY id DESC LIMIT ?3")
                .Bind(1, ScopeFilter.Value(scope))
                .Bind(2, collectionId)
                .Bind(3, (long)limit),
            Read);

    public static void ReplaceSkipped(StoreConnection connection, long sourceId, IReadOnlyList<SkippedFile> files)
    {
        if (LibraryQueries.FindSource(connection, AccessScope.Everything, sourceId) is null)
        {
            throw new SourceNotFoundException(sourceId);
        }

        connection.Prepare("DELETE FROM skipped_files WHERE source_id = ?").Bind(1, sourceId).Run();
        var insert = connection.Prepare("INSERT OR REPLACE INTO skipped_files(source_id, path, reason, detail) VALUES(?, ?, ?, ?)");
        foreach (var file in files)
        {
            insert.Bind(1, sourceId).Bind(2, file.Path).Bind(3, file.Reason).Bind(4, file.Detail).Run();
        }
    }

    public static List<SkippedFile> ListSkipped(StoreConnection connection, AccessScope scope, long sourceId)
        => LibraryQueries.Collect(
            connection.Prepare(
                "SELECT path, reason, detail FROM skipped_files WHERE source_id = ?2 AND EXISTS"
                + $" (SELECT 1 FROM sources WHERE id = ?2 AND {ScopeFilter.On("collection_id", "?1")}) ORDER BY path")
                .Bind(1, ScopeFilter.Value(scope))
                .Bind(2, sourceId),
            row => new SkippedFile(row.Text(0), row.Text(1), row.Text(2)));

    private static IngestionJob Read(StoreStatement row)
        => new(
            row.Int64(0),
            row.Int64(1),
            row.Int64(2),
            (IngestionJobState)row.Int32(3),
            LibraryQueries.ReadTime(row, 4),
            row.IsNull(5) ? null : LibraryQueries.ReadTime(row, 5),
            row.IsNull(6) ? null : LibraryQueries.ReadTime(row, 6),
            row.Int32(7),
            new IngestionProgress(
                row.Int64(8), row.Int64(9), row.Int64(10), row.Int64(11), row.Int64(12), row.Int64(13), row.Int64(14), row.Int64(15), row.Int64(16), row.Int64(17) != 0),
            row.TextOrNull(18),
            row.TextOrNull(19));
}
