using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>What bringing a source up to date came to.</summary>
/// <param name="Progress">The final counts.</param>
/// <param name="Skipped">The files left out, by path; of a run over given paths only those of them.</param>
/// <param name="IsComplete">Whether all was done; false when it stopped early so that others get their turn.</param>
public sealed record IngestionOutcome(IngestionProgress Progress, IReadOnlyList<SkippedFile> Skipped, bool IsComplete = true);
