namespace Synapse.LocalModels.Onnx;

/// <summary>What a call used.</summary>
/// <param name="Tokens">Tokens that the model read: prefixes and special tokens included, padding not.</param>
/// <param name="TruncatedTexts">Texts that were longer than the model reads, and were cut.</param>
public readonly record struct TokenUsage(long Tokens, int TruncatedTexts);
