namespace Synapse.Retrieval.Fusion;

/// <summary>The constants of fusion; docs/decisions tells what they were tuned on.</summary>
/// <param name="Prose">Share of the vector side for a query of words.</param>
/// <param name="ProseWithNames">Share of the vector side when words surround names.</param>
/// <param name="Symbol">Share of the vector side for a query of nothing but names.</param>
internal sealed record FusionWeights(double Prose = 0.3, double ProseWithNames = 0.25, double Symbol = 0.15);
