namespace Synapse.Providers.Wire;

/// <summary>A piece of a reply.</summary>
/// <param name="Text">Not empty.</param>
/// <param name="IsReasoning">Whether it is thought rather than said.</param>
internal readonly record struct StreamPiece(string Text, bool IsReasoning = false);
