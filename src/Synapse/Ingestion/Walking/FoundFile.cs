namespace Synapse.Ingestion.Walking;

/// <summary>A file of a source that is to be indexed.</summary>
/// <param name="Path">Path relative to the root, with forward slashes.</param>
/// <param name="SizeBytes">Size, in bytes; above 0.</param>
/// <param name="ModifiedAt">Time of last change.</param>
internal readonly record struct FoundFile(string Path, long SizeBytes, DateTimeOffset ModifiedAt);
