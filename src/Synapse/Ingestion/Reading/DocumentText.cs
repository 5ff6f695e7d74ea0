namespace Synapse.Ingestion.Reading;

/// <summary>The text of a document, ready to be cut into chunks.</summary>
/// <param name="Text">Normalised text: lines end with <c>\n</c> alone, and it has no NUL and no lone surrogate.</param>
/// <param name="Language">Id of its language, see <see cref="Languages"/>.</param>
public sealed record DocumentText(string Text, string Language);
