namespace Synapse.Chat;

/// <summary>Counts the tokens that a text takes in a model's context. Safe to call from several threads at once.</summary>
public interface ITokenCounter
{
    /// <summary>Counts or over-estimates; 0 for an empty text.</summary>
    int Count(ReadOnlySpan<char> text);
}
