using Npgsql;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Postgres.Catalogue;
using Synapse.Storage;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : IJobStore
{
    /// <inheritdoc/>
    public async ValueTask<IngestionJob> AddJobAsync(JobRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await _connections.WriteAsync((connection, token) => JobRows.AddAsync(connection, request, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Source>> ListSourcesToDoAsync(CancellationToken cancellationToken)
        => await _connections.QueryAsync(JobRows.ListSourcesToDoAsync, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask NoteSightAsync(IReadOnlyCollection<Source> seen, IReadOnlyCollection<Source> unseen, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(unseen);
        await _connections.QueryAsync((connection, token) => JobRows.NoteSightAsync(connection, seen, unseen, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ClaimedJob?> ClaimJobAsync(JobClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        // Not to be done twice when its end is in doubt: then the first job would be held by nobody until its lease runs out.
        return await _connections.WriteAsync((connection, token) => JobRows.ClaimAsync(connection, claim, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RenewJobAsync(JobLease lease, IngestionJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return await _connections.QueryAsync((connection, token) => JobRows.RenewAsync(connection, lease, job, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IngestionJob?> ReleaseJobAsync(JobLease lease, IngestionJob job, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        return await _connections.WriteAsync((connection, token) => JobRows.ReleaseAsync(connection, lease, job, delay, token), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IngestionJob?> PauseJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => ControlAsync(JobRows.PauseAsync, scope, jobId, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IngestionJob?> ResumeJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => ControlAsync(JobRows.ResumeAsync, scope, jobId, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IngestionJob?> CancelJobAsync(AccessScope scope, long jobId, CancellationToken cancellationToken)
        => ControlAsync(JobRows.CancelAsync, scope, jobId, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask ReplaceSkippedFilesAsync(JobLease? lease, long sourceId, IReadOnlyList<SkippedFile> files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        await _connections.WriteAsync((connection, token) => JobRows.ReplaceSkippedAsync(connection, lease, sourceId, files, token), cancellationToken);
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

    private async ValueTask<IngestionJob?> ControlAsync(
        Func<NpgsqlConnection, AccessScope, long, CancellationToken, Task<int>> change, AccessScope scope, long jobId, CancellationToken cancellationToken)
        => await _connections.WriteAsync(
            async (connection, token) =>
            {
                await change(connection, scope, jobId, token);
                return await JobRows.FindAsync(connection, scope, jobId, token);
            },
            cancellationToken);
}
