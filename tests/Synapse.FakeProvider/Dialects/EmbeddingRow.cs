namespace Synapse.Fakes.Dialects;

/// <summary>One embedding of a reply.</summary>
/// <param name="Index">The input that it claims to belong to.</param>
/// <param name="Values">The numbers.</param>
/// <param name="FirstLiteral">What stands in the place of the first number in JSON; null for the number itself.</param>
internal sealed record EmbeddingRow(int Index, float[] Values, string? FirstLiteral = null);
