using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Storage;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : IJobStore
{
    /// <inheritdoc/>
    public async ValueTask<IngestionJob> AddJobAsync(long collectionId, long sourceId, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => JobRows.AddAsync(connection, collectionId, sourceId, _time.GetUtcNow(), token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask UpdateJobAsync(IngestionJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        await _connections.QueryAsync((connection, token) => JobRows.UpdateAsync(connection, job, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask ReplaceSkippedFilesAsync(long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        await _connections.WriteAsync((connection, token) => JobRows.ReplaceSkippedAsync(connection, sourceId, files, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => JobRows.ListSkippedAsync(connection, scope, sourceId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IngestionJob?> FindJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => JobRows.FindAsync(connection, scope, jobId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<IngestionJob>> ListJobsAsync(
        AccessScope scope, long? collectionId, bool unfinishedOnly, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return await _connections.QueryAsync((connection, token) => JobRows.ListAsync(connection, scope, collectionId, unfinishedOnly, limit, token), cancellationToken);
    }
}
