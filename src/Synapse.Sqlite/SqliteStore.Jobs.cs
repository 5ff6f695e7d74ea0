using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Sqlite.Catalogue;
using Synapse.Storage;

namespace Synapse.Sqlite;

public sealed partial class SqliteStore : IJobStore
{
    /// <inheritdoc/>
    public ValueTask<IngestionJob> AddJobAsync(long collectionId, long sourceId, CancellationToken cancellationToken)
        => _writer.WriteAsync(connection => JobRows.Add(connection, collectionId, sourceId, _time.GetUtcNow()), committed: null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask UpdateJobAsync(IngestionJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        await _writer.WriteAsync(
            connection =>
            {
                JobRows.Update(connection, job);
                return true;
            },
            committed: null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask ReplaceSkippedFilesAsync(long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        await _writer.WriteAsync(
            connection =>
            {
                JobRows.ReplaceSkipped(connection, sourceId, files);
                return true;
            },
            committed: null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => JobRows.ListSkipped(connection, scope, sourceId)));

    /// <inheritdoc/>
    public ValueTask<IngestionJob?> FindJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => JobRows.Find(connection, scope, jobId)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<IngestionJob>> ListJobsAsync(
        AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return new(_readers.Read(connection => JobRows.List(connection, scope, collectionId, unfinishedOnly, limit)));
    }
}
