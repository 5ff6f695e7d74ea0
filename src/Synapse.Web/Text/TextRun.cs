namespace Synapse.Web.Text;

/// <summary>A piece of text that is marked or not. Pieces one after the other are the whole text.</summary>
/// <param name="Text">The piece.</param>
/// <param name="IsMarked">Whether it stands out.</param>
public readonly record struct TextRun(string Text, bool IsMarked);
