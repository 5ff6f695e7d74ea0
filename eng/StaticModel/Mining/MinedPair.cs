namespace Synapse.StaticModel.Mining;

/// <summary>A text that asks and a text that answers.</summary>
internal readonly record struct MinedPair(PairKind Kind, string Query, string Passage);
