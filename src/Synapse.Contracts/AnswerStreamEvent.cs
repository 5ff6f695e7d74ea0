namespace Synapse.Contracts;

/// <summary>One event of an answer as it is made. Exactly one property is set.</summary>
/// <param name="Passages">The passages that the answer will be made from.</param>
/// <param name="Citation">A citation that the next sentence uses for the first time.</param>
/// <param name="Sentence">A sentence.</param>
/// <param name="Completed">The end: the whole answer.</param>
/// <param name="Rewritten">What is searched for in place of a follow-up question.</param>
/// <param name="Model">Who writes the answer.</param>
/// <param name="Waiting">The provider is busy or loading.</param>
/// <param name="Text">A piece of the text as it is written, not checked.</param>
public sealed record AnswerStreamEvent(
    PassagesResponse? Passages = null,
    CitationResponse? Citation = null,
    AnswerSentenceResponse? Sentence = null,
    AnswerResponse? Completed = null,
    RewrittenQuestionResponse? Rewritten = null,
    ModelAskedResponse? Model = null,
    ProviderWaitResponse? Waiting = null,
    AnswerTextResponse? Text = null);
