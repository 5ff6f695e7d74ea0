namespace Synapse.Storage;

/// <summary>The right of one server to work on a job for a while. Whoever claims the job later gets a higher number, and the earlier one is worth nothing from then on.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Number">Which of the job's leases it is.</param>
/// <param name="Duration">How long it lasts, from when it was got or last renewed, by the clock of the store.</param>
public readonly record struct JobLease(long JobId, long Number, TimeSpan Duration);
