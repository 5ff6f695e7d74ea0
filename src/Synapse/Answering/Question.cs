using Synapse.Retrieval;

namespace Synapse.Answering;

/// <summary>Who writes an answer.</summary>
public enum AnswerMode
{
    /// <summary>A chat model when one is configured; else the answer is made of quotes.</summary>
    Auto,

    /// <summary>Quotes only, although a chat model is configured; nothing is sent to one.</summary>
    Extractive,
}

/// <summary>An earlier question of the same conversation and its answer.</summary>
/// <param name="Question">The question; at most <see cref="Searcher.MaxQueryLength"/> UTF-16 units.</param>
/// <param name="Answer">The answer as it was shown; at most <see cref="Question.MaxAnswerLength"/> UTF-16 units.</param>
public sealed record Exchange(string Question, string Answer)
{
    /// <summary>The collections that the question was asked of; null for all that the caller may read. Whether a model may see the exchange hangs on them.</summary>
    public IReadOnlyList<long>? CollectionIds { get; init; }

    /// <summary>Whether it must not be sent away whatever its collections say, because it is not known any more what they were.</summary>
    public bool IsLocalOnly { get; init; }
}

/// <summary>What to answer, and where to look.</summary>
/// <param name="Text">The question; 1 to 2,000 characters.</param>
/// <param name="CollectionIds">The collections to answer from; null for all that the caller may read.</param>
/// <param name="Limit">Most passages to answer from; 1 to 100.</param>
public sealed record Question(string Text, IReadOnlyList<long>? CollectionIds = null, int Limit = 10)
{
    /// <summary>Most earlier exchanges of a conversation.</summary>
    public const int MaxExchanges = 10;

    /// <summary>Longest answer of an earlier exchange, in UTF-16 units.</summary>
    public const int MaxAnswerLength = 8_000;

    /// <summary>The conversation so far, oldest first; at most <see cref="MaxExchanges"/>. It is sent to the chat model together with the question.</summary>
    public IReadOnlyList<Exchange> History { get; init; } = [];

    /// <summary>Who writes the answer.</summary>
    public AnswerMode Mode { get; init; }

    /// <summary>The search that finds the passages.</summary>
    /// <param name="text">What to search for; null for the question itself.</param>
    internal SearchQuery ToSearch(string? text = null) => new(text ?? Text, CollectionIds, Limit);
}
