using Synapse.Storage;

namespace Synapse.Ingestion.Walking;

/// <summary>What a walk found, in an order that depends on the names alone.</summary>
/// <param name="Files">Files to index.</param>
/// <param name="Skipped">Files and whole folders left out; the path of a folder ends with a slash.</param>
internal sealed record WalkResult(IReadOnlyList<FoundFile> Files, IReadOnlyList<SkippedFile> Skipped);
