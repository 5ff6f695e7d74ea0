namespace Synapse.Postgres.Search;

/// <summary>A collection of a view, as it was when the view was opened.</summary>
/// <param name="Id">The collection.</param>
/// <param name="Version">Version of what is searchable of it: the same as long as nothing changes.</param>
internal sealed record ViewedCollection(long Id, long Version);
