namespace Synapse.LocalModels.Tokenizing;

/// <summary>A text as a model reads it.</summary>
/// <param name="Ids">Ids of the tokens, special ones included.</param>
/// <param name="TypeIds">For each token, which of the two texts of a pair it belongs to, as the model counts it.</param>
/// <param name="IsTruncated">Whether tokens were left out to keep to the limit.</param>
public sealed record TokenizedText(int[] Ids, int[] TypeIds, bool IsTruncated);
