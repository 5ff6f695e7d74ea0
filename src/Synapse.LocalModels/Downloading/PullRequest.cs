namespace Synapse.LocalModels.Downloading;

/// <summary>What to fetch.</summary>
/// <param name="Model">A name of the catalogue, or an id of the hub.</param>
/// <param name="Revision">A branch, tag or commit; null for the one that the lock holds, and <c>main</c> when there is none.</param>
/// <param name="Update">Whether to take what the revision names now, in place of what the lock holds.</param>
/// <param name="Weights">Which weights: <c>fp32</c>, <c>fp16</c>, <c>int8</c>, or the name of a file; they are added to what is here. Null for those that are here, and the plain ones when there are none.</param>
public sealed record PullRequest(string Model, string? Revision = null, bool Update = false, string? Weights = null);
