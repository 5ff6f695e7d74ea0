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
    private static readonly string s_jobs =
        "SELECT id, collection_id, source_id, state, created_at, started_at, finished_at, attempts, files_found, files_done, files_skipped,"
        + " documents_added, documents_changed, documents_removed, chunks_stored, bytes_found, bytes_done, walk_complete, error_code, error_message"
        + $" FROM jobs WHERE {Commands.Within("collection_id", "$1")}";

    /// <exception cref="SourceNotFoundException">The source is not there.</exception>
    public static async Task<IngestionJob> AddAsync(NpgsqlConnection connection, long collectionId, long sourceId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await LockSourceAsync(connection, sourceId, collectionId, cancellationToken);
        var queued = await connection.FindAsync(
            $"{s_jobs} AND source_id = $2 AND state = $3 ORDER BY id LIMIT 1", [null, sourceId, IngestionJobState.Queued], Read, cancellationToken);
        if (queued is not null)
        {
            return queued;
        }

        var id = await connection.FindAsync(
            "INSERT INTO jobs(collection_id, source_id, state, created_at) VALUES($1, $2, $3, $4) RETURNING id",
            [collectionId, sourceId, IngestionJobState.Queued, now.UtcTicks],
            row => row.GetInt64(0),
            cancellationToken);
        return new IngestionJob(id, collectionId, sourceId, IngestionJobState.Queued, now, null, null, 0, new IngestionProgress(), null, null);
    }

    public static Task<int> UpdateAsync(NpgsqlConnection connection, IngestionJob job, CancellationToken cancellationToken)
        => connection.ExecuteAsync(
            "UPDATE jobs SET state = $1, started_at = $2::bigint, finished_at = $3::bigint, attempts = $4, files_found = $5, files_done = $6, files_skipped = $7,"
            + " documents_added = $8, documents_changed = $9, documents_removed = $10, chunks_stored = $11, bytes_found = $12, bytes_done = $13,"
            + " walk_complete = $14, error_code = $15::text, error_message = $16::text WHERE id = $17",
            [
                job.State,
                job.StartedAt?.UtcTicks,
                job.FinishedAt?.UtcTicks,
                job.Attempts,
                job.Progress.FilesFound,
                job.Progress.FilesDone,
                job.Progress.FilesSkipped,
                job.Progress.DocumentsAdded,
                job.Progress.DocumentsChanged,
                job.Progress.DocumentsRemoved,
                job.Progress.ChunksStored,
                job.Progress.BytesFound,
                job.Progress.BytesDone,
                job.Progress.WalkComplete,
                job.ErrorCode,
                job.ErrorMessage is null ? null : Commands.Storable(job.ErrorMessage),
                job.Id,
            ],
            cancellationToken);

    public static Task<IngestionJob?> FindAsync(NpgsqlConnection connection, AccessScope scope, long jobId, CancellationToken cancellationToken)
        => connection.FindAsync($"{s_jobs} AND id = $2", [Commands.Ids(scope), jobId], Read, cancellationToken);

    public static Task<List<IngestionJob>> ListAsync(
        NpgsqlConnection connection, AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
        => connection.ListAsync(
            $"{s_jobs} AND ($2::bigint IS NULL OR collection_id = $2){(unfinishedOnly ? " AND state <= 2" : "")} ORDER BY id DESC LIMIT $3",
            [Commands.Ids(scope), collectionId, limit],
            Read,
            cancellationToken);

    /// <exception cref="SourceNotFoundException">The source is not there.</exception>
    public static async Task<int> ReplaceSkippedAsync(NpgsqlConnection connection, long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken)
    {
        await LockSourceAsync(connection, sourceId, null, cancellationToken);
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

    private static IngestionJob Read(NpgsqlDataReader row)
        => new(
            row.GetInt64(0),
            row.GetInt64(1),
            row.GetInt64(2),
            (IngestionJobState)row.GetInt16(3),
            row.Ticks(4),
            row.IsDBNull(5) ? null : row.Ticks(5),
            row.IsDBNull(6) ? null : row.Ticks(6),
            row.GetInt32(7),
            new IngestionProgress(
                row.GetInt64(8), row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(13), row.GetInt64(14), row.GetInt64(15), row.GetInt64(16), row.GetBoolean(17)),
            row.TextOrNull(18),
            row.TextOrNull(19));
}
