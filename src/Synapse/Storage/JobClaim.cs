using Synapse.Ingestion;

namespace Synapse.Storage;

/// <summary>What a server that has nothing to do could work on.</summary>
/// <param name="Server">Name of the server.</param>
/// <param name="LeaseDuration">How long the lease is to last.</param>
/// <param name="SourceIds">The sources that the server sees.</param>
/// <param name="LeastPriority">Only jobs at least as urgent as this.</param>
/// <param name="IgnoresPriority">Whether the least urgent has the same chance now, so that many urgent jobs do not keep it waiting for ever.</param>
public sealed record JobClaim(
    string Server,
    TimeSpan LeaseDuration,
    IReadOnlyCollection<long> SourceIds,
    IngestionJobPriority LeastPriority = IngestionJobPriority.Rescan,
    bool IgnoresPriority = false);

/// <summary>A job that a server may work on.</summary>
/// <param name="Job">The job, running from now on.</param>
/// <param name="Lease">The right to do so.</param>
/// <param name="ChangedPaths">Paths relative to the source that are to be looked at; null for all of it.</param>
/// <param name="Crashes">How often in a row a server was lost while it worked on this job and had stored nothing of it.</param>
public sealed record ClaimedJob(IngestionJob Job, JobLease Lease, IReadOnlyList<string>? ChangedPaths, int Crashes);
