namespace Synapse.LocalModels.Onnx;

/// <summary>How well passages fit a query.</summary>
/// <param name="Scores">A score for each passage, in order; higher fits better.</param>
/// <param name="Usage">What the call used; a text that was cut is a pair of which one or both texts were.</param>
public readonly record struct PassageScores(float[] Scores, TokenUsage Usage);
