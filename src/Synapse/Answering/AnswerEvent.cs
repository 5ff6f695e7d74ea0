using Synapse.Library;
using Synapse.Retrieval;

namespace Synapse.Answering;

/// <summary>
/// What happens while an answer is made, in order: the question as it is searched for, the passages, who writes and how long that has to wait, text as it
/// comes, sentences with their citations before them, then the end.
/// </summary>
public abstract record AnswerEvent;

/// <summary>The passages that the answer will be made from.</summary>
/// <param name="Hits">Best first.</param>
public sealed record PassagesFound(IReadOnlyList<Hit> Hits) : AnswerEvent
{
    /// <summary>Collections that were searched by words alone, and why; usually none.</summary>
    public IReadOnlyList<Degradation> Degraded { get; init; } = [];
}

/// <summary>A follow-up question was rewritten so that it can be searched for by itself.</summary>
/// <param name="Question">What is searched for.</param>
public sealed record QuestionRewritten(string Question) : AnswerEvent;

/// <summary>A model was given the passages. Comes again when another takes over, which never happens after the first text.</summary>
/// <param name="Model">The model.</param>
/// <param name="PassagesUsed">Passages that it was given.</param>
/// <param name="PassagesLeftOut">Passages for which its context had no room, best first.</param>
public sealed record ModelAsked(AnswerModel Model, int PassagesUsed, IReadOnlyList<LeftOutPassage> PassagesLeftOut) : AnswerEvent;

/// <summary>The provider is busy or loading, and is asked again later.</summary>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Reason">Why, for a person.</param>
/// <param name="RetryAfter">How long until it is asked again.</param>
public sealed record ProviderAwaited(string Provider, string Reason, TimeSpan RetryAfter) : AnswerEvent;

/// <summary>A piece of the text as the model writes it, not checked; the sentences that follow take its place.</summary>
/// <param name="Text">The piece; may be cut anywhere.</param>
public sealed record TextAdded(string Text) : AnswerEvent;

/// <summary>A citation that the next sentence uses for the first time.</summary>
/// <param name="Citation">The citation.</param>
public sealed record CitationAdded(Citation Citation) : AnswerEvent;

/// <summary>A sentence of the answer.</summary>
/// <param name="Sentence">The sentence.</param>
public sealed record SentenceAdded(AnswerSentence Sentence) : AnswerEvent
{
    /// <summary>What has come of the text after this sentence, not checked yet; what is shown while it is written.</summary>
    public string Rest { get; init; } = "";
}

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
    /// <exception cref="Errors.InvalidQueryException">The question cannot be searched for.</exception>
    /// <exception cref="Errors.ProviderException">Every provider failed before the first text.</exception>
    /// <exception cref="Errors.LocalOnlyException">The question would need a collection that no configured provider may see.</exception>
    IAsyncEnumerable<AnswerEvent> AnswerAsync(AccessScope scope, Question question, CancellationToken cancellationToken);
}
