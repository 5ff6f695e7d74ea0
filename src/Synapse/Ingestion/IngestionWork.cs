using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>On whose behalf a source is brought up to date.</summary>
/// <param name="Lease">The lease of the job: what is stored is stored only while it holds. Null for work that is of no job.</param>
/// <param name="Report">Is told the counts now and then, from any thread, one call at a time.</param>
public sealed record IngestionWork(JobLease? Lease, Action<IngestionProgress> Report)
{
    /// <summary>Whether to come to an early end, so that others get their turn: what has been begun is stored, the rest is left to the next run. Asked before each file, from any thread.</summary>
    public Func<bool> ShouldYield { get; init; } = static () => false;
}
