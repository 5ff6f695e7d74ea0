using Synapse.Library;

namespace Synapse.Ingestion;

/// <summary>A path that was taken into the library.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="Source">The source.</param>
/// <param name="Job">The job that brings it up to date.</param>
public sealed record Acquisition(Collection Collection, Source Source, IngestionJob Job);
