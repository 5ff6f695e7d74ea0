using Synapse.Library;
using Synapse.Retrieval;

namespace Synapse.Answering;

/// <summary>What happens while an answer is made, in order: passages, then sentences with their citations before them, then the end.</summary>
public abstract record AnswerEvent;

/// <summary>The passages that the answer will be made from.</summary>
/// <param name="Hits">Best first.</param>
public sealed record PassagesFound(IReadOnlyList<Hit> Hits) : AnswerEvent
{
    /// <summary>Collections that were searched by words alone, and why; usually none.</summary>
    public IReadOnlyList<DegradedSpace> Degraded { get; init; } = [];
}

/// <summary>A citation that the next sentence uses for the first time.</summary>
/// <param name="Citation">The citation.</param>
public sealed record CitationAdded(Citation Citation) : AnswerEvent;

/// <summary>A sentence of the answer.</summary>
/// <param name="Sentence">The sentence.</param>
public sealed record SentenceAdded(AnswerSentence Sentence) : AnswerEvent;

/// <summary>The end: the whole answer.</summary>
/// <param name="Answer">The answer.</param>
public sealed record AnswerCompleted(Answer Answer) : AnswerEvent;

/// <summary>Answers questions from the documents.</summary>
public interface IAnswerer
{
    /// <summary>Answers a question. The last event is <see cref="AnswerCompleted"/>.</summary>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="question">What to answer, and where to look.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    IAsyncEnumerable<AnswerEvent> AnswerAsync(AccessScope scope, SearchQuery question, CancellationToken cancellationToken);
}
