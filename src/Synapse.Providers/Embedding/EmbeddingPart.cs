namespace Synapse.Providers.Embedding;

/// <summary>A text, or a part of one, as it is sent.</summary>
/// <param name="Owner">Number of the text that it belongs to.</param>
/// <param name="Text">The characters, prefix included.</param>
internal readonly record struct EmbeddingPart(int Owner, ReadOnlyMemory<char> Text);
