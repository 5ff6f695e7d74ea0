using System.Globalization;
using System.Text.Json;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Sqlite.Connections;
using Synapse.Storage;

namespace Synapse.Sqlite.Catalogue;

/// <summary>Ingestion jobs and the files that were left out.</summary>
internal static class JobRows
{
    private const string Columns =
        "id, collection_id, source_id, state, created_at, started_at, finished_at, attempts, files_found, files_done, files_skipped, documents_added,"
        + " documents_changed, documents_removed, chunks_stored, bytes_found, bytes_done, walk_complete, bytes_per_second, error_code, error_message, priority, server";

    private const string Progress =
        "files_found = ?1, files_done = ?2, files_skipped = ?3, documents_added = ?4, documents_changed = ?5, documents_removed = ?6, chunks_stored = ?7,"
        + " bytes_found = ?8, bytes_done = ?9, walk_complete = ?10, bytes_per_second = ?11";

    private const string NoProgress =
        "files_found = 0, files_done = 0, files_skipped = 0, documents_added = 0, documents_changed = 0, documents_removed = 0, chunks_stored = 0,"
        + " bytes_found = 0, bytes_done = 0, walk_complete = 0, bytes_per_second = NULL";

    // Of one source only the oldest. ?1: jobs that are not to be claimed yet.
    private const string Claimable =
        "j.state IN (0, 1, 2) AND j.leased = 0 AND j.id NOT IN (SELECT value FROM json_each(?1))"
        + " AND NOT EXISTS(SELECT 1 FROM jobs AS older WHERE older.source_id = j.source_id AND older.id < j.id AND older.state IN (0, 1, 2, 6))";

    private static readonly string s_jobs = $"SELECT {Columns} FROM jobs WHERE {ScopeFilter.On("collection_id", "?1")}";
    private static readonly string s_unseen = new SourceUnseenException("").Code;

    /// <summary>Ends the leases of the process that had the store open before. What it was running is still marked as that.</summary>
    /// <returns>The highest number that a lease ever had.</returns>
    public static long EndLeases(StoreConnection connection)
    {
        if (connection.Scalar("SELECT count(*) FROM jobs WHERE state IN (0, 1, 2, 6) AND (leased = 1 OR server IS NOT NULL)") > 0)
        {
            connection.Execute("UPDATE jobs SET leased = 0, server = NULL WHERE leased = 1 OR server IS NOT NULL");
        }

        return connection.Scalar("SELECT coalesce(max(lease), 0) FROM jobs");
    }

    /// <exception cref="SourceNotFoundException">The source is not there.</exception>
    public static IngestionJob Add(StoreConnection connection, JobRequest request, DateTimeOffset now)
    {
        if (LibraryQueries.FindSource(connection, AccessScope.Everything, request.SourceId)?.CollectionId != request.CollectionId)
        {
            throw new SourceNotFoundException(request.SourceId);
        }

        var paths = request.ChangedPaths is { Count: <= JobRequest.MaxPaths } ? request.ChangedPaths : null;
        var isAsked = request.Priority == IngestionJobPriority.Refresh;
        var free = LibraryQueries.Collect(
            connection.Prepare(
                "SELECT id, changed_paths FROM jobs WHERE leased = 0 AND id = (SELECT max(id) FROM jobs WHERE source_id = ? AND state IN (0, 1, 2, 6))")
                .Bind(1, request.SourceId),
            row => (Id: row.Int64(0), Paths: PathsOf(row.TextOrNull(1))));
        if (free.Count == 0)
        {
            connection.Prepare(
                "INSERT INTO jobs(collection_id, source_id, state, created_at, attempts, files_found, files_done, files_skipped, documents_added,"
                + " documents_changed, documents_removed, chunks_stored, bytes_found, bytes_done, walk_complete, changed_paths, priority)"
                + " SELECT ?1, ?2, 0, ?3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?4,"
                + " CASE WHEN ?5 AND NOT EXISTS(SELECT 1 FROM jobs WHERE source_id = ?2 AND state = 3) THEN ?6 ELSE ?7 END")
                .Bind(1, request.CollectionId)
                .Bind(2, request.SourceId)
                .Bind(3, now.UtcTicks)
                .Bind(4, Json(paths))
                .Bind(5, isAsked ? 1L : 0L)
                .Bind(6, (long)IngestionJobPriority.Load)
                .Bind(7, (long)request.Priority)
                .Run();
            return Get(connection, connection.LastInsertId)!;
        }

        var both = paths is null || free[0].Paths is not { } known ? null : known.Union(paths, StringComparer.Ordinal).ToList();
        connection.Prepare(
            "UPDATE jobs SET crashes = CASE WHEN ?1 THEN 0 ELSE crashes + (state = 1) END, state = CASE state WHEN 1 THEN 0 ELSE state END,"
            + " priority = max(priority, ?2), changed_paths = ?3 WHERE id = ?4")
            .Bind(1, isAsked ? 1L : 0L)
            .Bind(2, (long)request.Priority)
            .Bind(3, Json(both is { Count: <= JobRequest.MaxPaths } ? both : null))
            .Bind(4, free[0].Id)
            .Run();
        return Get(connection, free[0].Id)!;
    }

    public static List<Source> ListSourcesToDo(StoreConnection connection, IEnumerable<long> delayed)
        => LibraryQueries.Collect(
            connection.Prepare(
                $"SELECT id, collection_id, kind, location, created_at FROM sources WHERE id IN (SELECT j.source_id FROM jobs AS j WHERE {Claimable}) ORDER BY id")
                .Bind(1, Json(delayed)),
            row => new Source(row.Int64(0), row.Int64(1), (SourceKind)row.Int32(2), row.Text(3), LibraryQueries.ReadTime(row, 4)));

    /// <summary>The jobs that what was seen makes wait, or ends the waiting of.</summary>
    public static List<long> FindSighted(StoreConnection connection, IEnumerable<long> seen, IEnumerable<long> unseen)
        => LibraryQueries.Collect(
            connection.Prepare(
                "SELECT id FROM jobs WHERE leased = 0 AND ((state = 2 AND error_code = ?1 AND source_id IN (SELECT value FROM json_each(?2)))"
                + " OR (state IN (0, 1) AND source_id IN (SELECT value FROM json_each(?3))))")
                .Bind(1, s_unseen)
                .Bind(2, Json(seen))
                .Bind(3, Json(unseen)),
            row => row.Int64(0));

    public static void NoteSight(StoreConnection connection, IEnumerable<Source> seen, IEnumerable<Source> unseen)
    {
        foreach (var source in seen)
        {
            connection.Prepare("UPDATE jobs SET state = 0, error_code = NULL, error_message = NULL WHERE source_id = ? AND state = 2 AND leased = 0 AND error_code = ?")
                .Bind(1, source.Id)
                .Bind(2, s_unseen)
                .Run();
        }

        foreach (var source in unseen)
        {
            connection.Prepare("UPDATE jobs SET state = 2, error_code = ?, error_message = ? WHERE source_id = ? AND state IN (0, 1) AND leased = 0")
                .Bind(1, s_unseen)
                .Bind(2, new SourceUnseenException(source.Location).Message)
                .Bind(3, source.Id)
                .Run();
        }
    }

    public static ClaimedJob? Claim(StoreConnection connection, JobClaim claim, IEnumerable<long> delayed, long lease, DateTimeOffset now)
        => LibraryQueries.Collect(
            connection.Prepare(
                $"UPDATE jobs SET crashes = crashes + (state = 1), state = 1, attempts = attempts + 1, started_at = ?2, lease = ?3, leased = 1, server = ?4,"
                + $" error_code = NULL, error_message = NULL, {NoProgress}"
                + $" WHERE id = (SELECT j.id FROM jobs AS j WHERE {Claimable} AND j.source_id IN (SELECT value FROM json_each(?5)) AND j.priority >= ?6"
                + " ORDER BY CASE WHEN ?7 THEN 0 ELSE -j.priority END,"
                + " (SELECT count(*) FROM jobs AS other WHERE other.collection_id = j.collection_id AND other.leased = 1),"
                + " (SELECT max(other.lease) FROM jobs AS other WHERE other.collection_id = j.collection_id), j.id LIMIT 1)"
                + $" RETURNING {Columns}, changed_paths, crashes")
                .Bind(1, Json(delayed))
                .Bind(2, now.UtcTicks)
                .Bind(3, lease)
                .Bind(4, claim.Server)
                .Bind(5, Json(claim.SourceIds))
                .Bind(6, (long)claim.LeastPriority)
                .Bind(7, claim.IgnoresPriority ? 1L : 0L),
            row =>
            {
                var job = Read(row);
                return new ClaimedJob(job, new JobLease(job.Id, lease, claim.LeaseDuration), PathsOf(row.TextOrNull(23)), row.Int32(24));
            }).FirstOrDefault();

    /// <summary>The job while the lease holds; else null.</summary>
    public static IngestionJob? FindHeld(StoreConnection connection, JobLease lease)
        => LibraryQueries.Collect(
            connection.Prepare($"SELECT {Columns} FROM jobs WHERE id = ? AND lease = ? AND leased = 1").Bind(1, lease.JobId).Bind(2, lease.Number), Read).FirstOrDefault();

    /// <returns>Whether the lease still held.</returns>
    public static bool Renew(StoreConnection connection, JobLease lease, IngestionJob job)
    {
        BindProgress(
            connection.Prepare($"UPDATE jobs SET {Progress}, state = ?12, error_code = ?13, error_message = ?14 WHERE id = ?15 AND lease = ?16 AND leased = 1"), job.Progress)
            .Bind(12, (long)job.State)
            .Bind(13, job.ErrorCode)
            .Bind(14, job.ErrorMessage)
            .Bind(15, lease.JobId)
            .Bind(16, lease.Number)
            .Run();
        return connection.Changes > 0;
    }

    /// <returns>The job; null when the lease did not hold any more.</returns>
    public static IngestionJob? Release(StoreConnection connection, JobLease lease, IngestionJob job, DateTimeOffset now)
    {
        if (FindHeld(connection, lease) is null)
        {
            BindProgress(connection.Prepare($"UPDATE jobs SET {Progress} WHERE id = ?12 AND lease = ?13 AND state IN (5, 6)"), job.Progress)
                .Bind(12, lease.JobId)
                .Bind(13, lease.Number)
                .Run();
            return null;
        }

        Renew(connection, lease, job);
        connection.Prepare("UPDATE jobs SET attempts = ?, crashes = 0, leased = 0, server = NULL, finished_at = ? WHERE id = ?")
            .Bind(1, (long)job.Attempts)
            .Bind(2, job.IsFinished ? now.UtcTicks : null)
            .Bind(3, lease.JobId)
            .Run();
        return Get(connection, lease.JobId);
    }

    /// <summary>Checks, inside a transaction of the caller, that a lease holds, and counts it as one that got something done.</summary>
    /// <exception cref="JobLostException">It does not.</exception>
    public static void RequireLease(StoreConnection connection, JobLease? lease)
    {
        if (lease is not { } held)
        {
            return;
        }

        if (FindHeld(connection, held) is null)
        {
            throw new JobLostException(held.JobId);
        }

        connection.Prepare("UPDATE jobs SET crashes = 0 WHERE id = ? AND crashes > 0").Bind(1, held.JobId).Run();
    }

    public static IngestionJob? Pause(StoreConnection connection, AccessScope scope, long jobId)
        => Control(connection, "state = 6, leased = 0, server = NULL, error_code = NULL, error_message = NULL", "0, 1, 2", scope, jobId);

    public static IngestionJob? Resume(StoreConnection connection, AccessScope scope, long jobId)
        => Control(connection, "state = 0, crashes = 0", "6", scope, jobId);

    public static IngestionJob? Cancel(StoreConnection connection, AccessScope scope, long jobId, DateTimeOffset now)
        => Control(
            connection, FormattableString.Invariant($"state = 5, leased = 0, server = NULL, error_code = NULL, error_message = NULL, finished_at = {now.UtcTicks}"), "0, 1, 2, 6", scope, jobId);

    public static IngestionJob? Find(StoreConnection connection, AccessScope scope, long jobId)
        => LibraryQueries.Collect(connection.Prepare(s_jobs + " AND id = ?2").Bind(1, ScopeFilter.Value(scope)).Bind(2, jobId), Read).FirstOrDefault();

    public static List<IngestionJob> List(StoreConnection connection, AccessScope scope, long? collectionId, bool unfinishedOnly, int limit)
        => LibraryQueries.Collect(
            connection.Prepare(
                s_jobs + " AND (?2 IS NULL OR collection_id = ?2)" + (unfinishedOnly ? " AND state IN (0, 1, 2, 6)" : "") + " ORDER BY id DESC LIMIT ?3")
                .Bind(1, ScopeFilter.Value(scope))
                .Bind(2, collectionId)
                .Bind(3, (long)limit),
            Read);

    /// <exception cref="JobLostException">The lease does not hold any more.</exception>
    public static void ReplaceSkipped(StoreConnection connection, JobLease? lease, long sourceId, IReadOnlyList<SkippedFile> files)
    {
        RequireLease(connection, lease);
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

    private static IngestionJob? Get(StoreConnection connection, long jobId) => Find(connection, AccessScope.Everything, jobId);

    private static IngestionJob? Control(StoreConnection connection, string change, string states, AccessScope scope, long jobId)
    {
        if (Find(connection, scope, jobId) is not null)
        {
            connection.Prepare($"UPDATE jobs SET {change} WHERE id = ? AND state IN ({states})").Bind(1, jobId).Run();
        }

        return Find(connection, scope, jobId);
    }

    private static StoreStatement BindProgress(StoreStatement statement, IngestionProgress progress)
        => statement
            .Bind(1, progress.FilesFound)
            .Bind(2, progress.FilesDone)
            .Bind(3, progress.FilesSkipped)
            .Bind(4, progress.DocumentsAdded)
            .Bind(5, progress.DocumentsChanged)
            .Bind(6, progress.DocumentsRemoved)
            .Bind(7, progress.ChunksStored)
            .Bind(8, progress.BytesFound)
            .Bind(9, progress.BytesDone)
            .Bind(10, progress.WalkComplete ? 1L : 0L)
            .Bind(11, progress.BytesPerSecond);

    private static string Json(IEnumerable<long> numbers) => $"[{string.Join(',', numbers.Select(static number => number.ToString(CultureInfo.InvariantCulture)))}]";

    private static string? Json(IReadOnlyCollection<string>? paths) => paths is null ? null : JsonSerializer.Serialize(paths);

    private static List<string>? PathsOf(string? json) => json is null ? null : JsonSerializer.Deserialize<List<string>>(json);

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
                row.Int64(8),
                row.Int64(9),
                row.Int64(10),
                row.Int64(11),
                row.Int64(12),
                row.Int64(13),
                row.Int64(14),
                row.Int64(15),
                row.Int64(16),
                row.Int64(17) != 0,
                row.IsNull(18) ? null : row.Int64(18)),
            row.TextOrNull(19),
            row.TextOrNull(20))
        {
            Priority = (IngestionJobPriority)row.Int32(21),
            Server = row.TextOrNull(22),
        };
}
