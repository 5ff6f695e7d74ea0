using Npgsql;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Postgres.Connections;
using Synapse.Storage;

namespace Synapse.Postgres.Catalogue;

/// <summary>Ingestion jobs and the files that were left out.</summary>
internal static class JobRows
{
    private const string Columns =
        "id, collection_id, source_id, state, created_at, started_at, finished_at, attempts, files_found, files_done, files_skipped, documents_added,"
        + " documents_changed, documents_removed, chunks_stored, bytes_found, bytes_done, walk_complete, bytes_per_second, error_code, error_message, priority, server";

    private const string Progress =
        "files_found = $1, files_done = $2, files_skipped = $3, documents_added = $4, documents_changed = $5, documents_removed = $6, chunks_stored = $7,"
        + " bytes_found = $8, bytes_done = $9, walk_complete = $10, bytes_per_second = $11::bigint";

    private const string NoProgress =
        "files_found = 0, files_done = 0, files_skipped = 0, documents_added = 0, documents_changed = 0, documents_removed = 0, chunks_stored = 0,"
        + " bytes_found = 0, bytes_done = 0, walk_complete = false, bytes_per_second = NULL";

    /// <summary>A job that nobody holds, or whose holder was not heard of in time.</summary>
    private const string Free = "(lease_until IS NULL OR lease_until <= clock_timestamp())";

    // Of one source only the oldest: while that is unfinished, no other of the source can be at work.
    private const string Claimable =
        "j.state IN (0, 1, 2) AND (j.lease_until IS NULL OR j.lease_until <= clock_timestamp()) AND (j.not_before IS NULL OR j.not_before <= clock_timestamp())"
        + " AND NOT EXISTS(SELECT 1 FROM jobs AS older WHERE older.source_id = j.source_id AND older.id < j.id AND older.state IN (0, 1, 2, 6))";

    private static readonly string s_jobs = $"SELECT {Columns} FROM jobs WHERE {Commands.Within("collection_id", "$1")}";

    /// <exception cref="SourceNotFoundException">The source is not there.</exception>
    public static async Task<IngestionJob> AddAsync(NpgsqlConnection connection, JobRequest request, CancellationToken cancellationToken)
    {
        await LockSourceAsync(connection, request.SourceId, request.CollectionId, cancellationToken);
        var paths = PathsOf(request);
        var isAsked = request.Priority == IngestionJobPriority.Refresh;

        // A lease that ran out is ended here: its holder, should it wake up, must not finish the job, because it may have passed by what changed since.
        var merged = await connection.FindAsync(
            "UPDATE jobs SET state = CASE state WHEN 1 THEN 0 ELSE state END, lease_until = NULL, server = NULL, priority = greatest(priority, $2),"
            + " crashes = CASE WHEN $3 THEN 0 ELSE crashes + (state = 1)::int END, not_before = CASE WHEN $3 THEN NULL ELSE not_before END,"
            + $" changed_paths = CASE WHEN cardinality(changed_paths) + cardinality($4::text[]) <= {JobRequest.MaxPaths}"
            + " THEN ARRAY(SELECT unnest(changed_paths) UNION SELECT unnest($4::text[])) END"
            + $" WHERE id = (SELECT max(id) FROM jobs WHERE source_id = $1 AND state IN (0, 1, 2, 6)) AND {Free} RETURNING {Columns}",
            [request.SourceId, request.Priority, isAsked, paths],
            Read,
            cancellationToken);
        return merged ?? (await connection.FindAsync(
            "INSERT INTO jobs(collection_id, source_id, changed_paths, priority)"
            + " SELECT $1, $2, $3::text[], CASE WHEN $4 AND NOT EXISTS(SELECT 1 FROM jobs WHERE source_id = $2 AND state = 3) THEN $5 ELSE $6 END"
            + $" RETURNING {Columns}",
            [request.CollectionId, request.SourceId, paths, isAsked, IngestionJobPriority.Load, request.Priority],
            Read,
            cancellationToken))!;
    }

    public static Task<List<Source>> ListSourcesToDoAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        => connection.ListAsync(
            $"SELECT id, collection_id, kind, location, created_at FROM sources WHERE id IN (SELECT j.source_id FROM jobs AS j WHERE {Claimable}) ORDER BY id",
            [],
            row => new Source(row.GetInt64(0), row.GetInt64(1), (SourceKind)row.GetInt16(2), row.GetString(3), row.Ticks(4)),
            cancellationToken);

    /// <summary>Notes what a server sees. It is written seldom, so that many servers do not keep each other from it.</summary>
    public static async Task<int> NoteSightAsync(
        NpgsqlConnection connection, IReadOnlyCollection<Source> seen, IReadOnlyCollection<Source> unseen, CancellationToken cancellationToken)
    {
        var code = new SourceUnseenException("").Code;
        var changed = seen.Count == 0 ? 0 : await connection.ExecuteAsync(
            "UPDATE jobs SET seen_at = clock_timestamp(), state = CASE WHEN error_code = $2 THEN 0 ELSE state END,"
            + " error_message = CASE WHEN error_code = $2 THEN NULL ELSE error_message END, error_code = nullif(error_code, $2)"
            + " WHERE source_id = ANY($1) AND state IN (0, 2) AND lease_until IS NULL"
            + " AND (seen_at IS NULL OR seen_at < clock_timestamp() - interval '2 seconds')",
            [seen.Select(source => source.Id).ToArray(), code],
            cancellationToken);
        return changed + (unseen.Count == 0 ? 0 : await connection.ExecuteAsync(
            $"UPDATE jobs SET state = 2, lease_until = NULL, server = NULL, error_code = $3, error_message = unseen.message FROM unnest($1::bigint[], $2::text[]) AS unseen(source, message)"
            + $" WHERE source_id = unseen.source AND state IN (0, 1) AND {Free} AND coalesce(seen_at, created_at) < clock_timestamp() - interval '6 seconds'",
            [
                unseen.Select(source => source.Id).ToArray(),
                unseen.Select(source => Commands.Storable(new SourceUnseenException(source.Location).Message)).ToArray(),
                code,
            ],
            cancellationToken));
    }

    public static Task<ClaimedJob?> ClaimAsync(NpgsqlConnection connection, JobClaim claim, CancellationToken cancellationToken)
        => connection.FindAsync(
            "UPDATE jobs SET state = 1, crashes = crashes + (state = 1)::int, attempts = attempts + 1, started_at = clock_timestamp(), lease = nextval('job_leases'),"
            + $" lease_until = clock_timestamp() + $2, server = $3, not_before = NULL, error_code = NULL, error_message = NULL, {NoProgress}"
            + $" WHERE id = (SELECT j.id FROM jobs AS j WHERE {Claimable} AND j.source_id = ANY($1) AND j.priority >= $4"
            + " ORDER BY CASE WHEN $5 THEN 0 ELSE -j.priority END,"
            + " (SELECT count(*) FROM jobs AS other WHERE other.collection_id = j.collection_id AND other.state IN (1, 2) AND other.lease_until > clock_timestamp()),"
            + " (SELECT max(other.lease) FROM jobs AS other WHERE other.collection_id = j.collection_id), j.id"
            + $" LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING {Columns}, lease, changed_paths, crashes",
            [claim.SourceIds.ToArray(), claim.LeaseDuration, Commands.Storable(claim.Server), claim.LeastPriority, claim.IgnoresPriority],
            row =>
            {
                var job = Read(row);
                return new ClaimedJob(
                    job, new JobLease(job.Id, row.GetInt64(23), claim.LeaseDuration), row.IsDBNull(24) ? null : row.GetFieldValue<string[]>(24), row.GetInt32(25));
            },
            cancellationToken);

    /// <returns>Whether the lease still held.</returns>
    public static async Task<bool> RenewAsync(NpgsqlConnection connection, JobLease lease, IngestionJob job, CancellationToken cancellationToken)
        => await connection.ExecuteAsync(
            $"UPDATE jobs SET {Progress}, state = $12, error_code = $13::text, error_message = $14::text, lease_until = clock_timestamp() + $15"
            + " WHERE id = $16 AND lease = $17 AND lease_until IS NOT NULL",
            [.. ValuesOf(job.Progress), job.State, job.ErrorCode, Message(job), lease.Duration, lease.JobId, lease.Number],
            cancellationToken) > 0;

    /// <returns>The job; null when the lease did not hold any more.</returns>
    public static async Task<IngestionJob?> ReleaseAsync(NpgsqlConnection connection, JobLease lease, IngestionJob job, TimeSpan delay, CancellationToken cancellationToken)
    {
        var released = await connection.FindAsync(
            $"UPDATE jobs SET {Progress}, state = $12, error_code = $13::text, error_message = $14::text, attempts = $15, crashes = 0, lease_until = NULL, server = NULL,"
            + " not_before = CASE WHEN $16 > interval '0' THEN clock_timestamp() + $16 END, finished_at = CASE WHEN $17 THEN clock_timestamp() END"
            + $" WHERE id = $18 AND lease = $19 AND lease_until IS NOT NULL RETURNING {Columns}",
            [.. ValuesOf(job.Progress), job.State, job.ErrorCode, Message(job), job.Attempts, delay, job.IsFinished, lease.JobId, lease.Number],
            Read,
            cancellationToken);
        if (released is null)
        {
            await connection.ExecuteAsync(
                $"UPDATE jobs SET {Progress} WHERE id = $12 AND lease = $13 AND state IN (5, 6)", [.. ValuesOf(job.Progress), lease.JobId, lease.Number], cancellationToken);
        }

        return released;
    }

    /// <summary>Checks, at the end of a transaction of the caller, that a lease holds until the transaction is committed, and counts it as one that got something done.</summary>
    /// <exception cref="JobLostException">It does not.</exception>
    public static async Task RequireLeaseAsync(NpgsqlConnection connection, JobLease? lease, CancellationToken cancellationToken)
    {
        if (lease is { } held && await connection.ExecuteAsync(
            "UPDATE jobs SET crashes = 0 WHERE id = $1 AND lease = $2 AND lease_until IS NOT NULL", [held.JobId, held.Number], cancellationToken) == 0)
        {
            throw new JobLostException(held.JobId);
        }
    }

    public static Task<int> PauseAsync(NpgsqlConnection connection, AccessScope scope, long jobId, CancellationToken cancellationToken)
        => ControlAsync(connection, "state = 6, lease_until = NULL, server = NULL, not_before = NULL, error_code = NULL, error_message = NULL", "0, 1, 2", scope, jobId, cancellationToken);

    public static Task<int> ResumeAsync(NpgsqlConnection connection, AccessScope scope, long jobId, CancellationToken cancellationToken)
        => ControlAsync(connection, "state = 0, crashes = 0", "6", scope, jobId, cancellationToken);

    public static Task<int> CancelAsync(NpgsqlConnection connection, AccessScope scope, long jobId, CancellationToken cancellationToken)
        => ControlAsync(
            connection,
            "state = 5, lease_until = NULL, server = NULL, not_before = NULL, error_code = NULL, error_message = NULL, finished_at = clock_timestamp()",
            "0, 1, 2, 6",
            scope,
            jobId,
            cancellationToken);

    public static Task<IngestionJob?> FindAsync(NpgsqlConnection connection, AccessScope scope, long jobId, CancellationToken cancellationToken)
        => connection.FindAsync($"{s_jobs} AND id = $2", [Commands.Ids(scope), jobId], Read, cancellationToken);

    public static Task<List<IngestionJob>> ListAsync(
        NpgsqlConnection connection, AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
        => connection.ListAsync(
            $"{s_jobs} AND ($2::bigint IS NULL OR collection_id = $2){(unfinishedOnly ? " AND state IN (0, 1, 2, 6)" : "")} ORDER BY id DESC LIMIT $3",
            [Commands.Ids(scope), collectionId, limit],
            Read,
            cancellationToken);

    /// <exception cref="SourceNotFoundException">The source is not there.</exception>
    /// <exception cref="JobLostException">The lease does not hold any more.</exception>
    public static async Task<int> ReplaceSkippedAsync(
        NpgsqlConnection connection, JobLease? lease, long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken)
    {
        await LockSourceAsync(connection, sourceId, null, cancellationToken);
        await RequireLeaseAsync(connection, lease, cancellationToken);
        await connection.ExecuteAsync("DELETE FROM skipped_files WHERE source_id = $1", [sourceId], cancellationToken);
        // The last word on a path counts.
        var last = files.GroupBy(file => Commands.Storable(file.Path)).Select(group => group.Last() with { Path = group.Key }).ToArray();
        return await connection.ExecuteAsync(
            "INSERT INTO skipped_files(source_id, path, reason, detail) SELECT $1, path, reason, detail FROM unnest($2::text[], $3::text[], $4::text[]) AS file(path, reason, detail)",
            [sourceId, last.Select(file => file.Path).ToArray(), last.Select(file => file.Reason).ToArray(), last.Select(file => Commands.Storable(file.Detail)).ToArray()],
            cancellationToken);
    }

    public static Task<List<SkippedFile>> ListSkippedAsync(NpgsqlConnection connection, AccessScope scope, long sourceId, CancellationToken cancellationToken)
        => connection.ListAsync(
            "SELECT path, reason, detail FROM skipped_files WHERE source_id = $2 AND EXISTS"
            + $"(SELECT 1 FROM sources WHERE id = $2 AND {Commands.Within("collection_id", "$1")}) ORDER BY path",
            [Commands.Ids(scope), sourceId],
            row => new SkippedFile(row.GetString(0), row.GetString(1), row.GetString(2)),
            cancellationToken);

    private static async Task LockSourceAsync(NpgsqlConnection connection, long sourceId, long? collectionId, CancellationToken cancellationToken)
    {
        if (!await LibraryChanges.LockSourceAsync(connection, sourceId, collectionId, cancellationToken))
        {
            throw new SourceNotFoundException(sourceId);
        }
    }

    private static Task<int> ControlAsync(
        NpgsqlConnection connection, string change, string states, AccessScope scope, long jobId, CancellationToken cancellationToken)
        => connection.ExecuteAsync(
            $"UPDATE jobs SET {change} WHERE {Commands.Within("collection_id", "$1")} AND id = $2 AND state IN ({states})", [Commands.Ids(scope), jobId], cancellationToken);

    private static string[]? PathsOf(JobRequest request)
        => request.ChangedPaths is { Count: <= JobRequest.MaxPaths } paths && paths.All(path => Commands.Storable(path) == path) ? [.. paths.Distinct(StringComparer.Ordinal)] : null;

    private static string? Message(IngestionJob job) => job.ErrorMessage is null ? null : Commands.Storable(job.ErrorMessage);

    private static object?[] ValuesOf(IngestionProgress progress)
        =>
        [
            progress.FilesFound,
            progress.FilesDone,
            progress.FilesSkipped,
            progress.DocumentsAdded,
            progress.DocumentsChanged,
            progress.DocumentsRemoved,
            progress.ChunksStored,
            progress.BytesFound,
            progress.BytesDone,
            progress.WalkComplete,
            progress.BytesPerSecond,
        ];

    private static IngestionJob Read(NpgsqlDataReader row)
        => new(
            row.GetInt64(0),
            row.GetInt64(1),
            row.GetInt64(2),
            (IngestionJobState)row.GetInt16(3),
            Time(row, 4)!.Value,
            Time(row, 5),
            Time(row, 6),
            row.GetInt32(7),
            new IngestionProgress(
                row.GetInt64(8),
                row.GetInt64(9),
                row.GetInt64(10),
                row.GetInt64(11),
                row.GetInt64(12),
                row.GetInt64(13),
                row.GetInt64(14),
                row.GetInt64(15),
                row.GetInt64(16),
                row.GetBoolean(17),
                row.IsDBNull(18) ? null : row.GetInt64(18)),
            row.TextOrNull(19),
            row.TextOrNull(20))
        {
            Priority = (IngestionJobPriority)row.GetInt16(21),
            Server = row.TextOrNull(22),
        };

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
