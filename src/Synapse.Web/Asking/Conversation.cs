using Synapse.Answering;

namespace Synapse.Web.Asking;

/// <summary>The questions of one page that belong together, and their answers. It lives as long as the page.</summary>
public sealed class Conversation
{
    private readonly List<AskState> _earlier = [];

    /// <summary>Earlier questions, newest first.</summary>
    public IEnumerable<AskState> Earlier => Enumerable.Reverse(_earlier);

    /// <summary>Adds a question that was answered. One that was stopped or failed is no part of the conversation.</summary>
    public void Add(AskState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Answer is not null)
        {
            _earlier.Add(state);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _earlier.Clear();

    /// <summary>What the model is told of it: the last exchanges, oldest first. What was cut off or not supported is marked as such in the text.</summary>
    /// <param name="collectionIds">The collections that they were asked of: those of the page, since a conversation ends when others are chosen.</param>
    public IReadOnlyList<Exchange> ToHistory(IReadOnlyList<long>? collectionIds)
        => [.. _earlier.TakeLast(Question.MaxExchanges).Select(state => new Exchange(state.Query, Shorten(state.Answer!.Text)) { CollectionIds = collectionIds })];

    private static string Shorten(string text) => text.Length <= Question.MaxAnswerLength ? text : text[..Question.MaxAnswerLength];
}
