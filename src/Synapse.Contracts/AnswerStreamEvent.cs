namespace Synapse.Contracts;

/// <summary>One event of an answer as it is made. Exactly one property is set.</summary>
/// <param name="Passages">The passages that the answer will be made from.</param>
/// <param name="Citation">A citation that the next sentence uses for the first time.</param>
/// <param name="Sentence">A sentence.</param>
/// <param name="Completed">The end: the whole answer.</param>
public sealed record AnswerStreamEvent(
    PassagesResponse? Passages = null,
    CitationResponse? Citation = null,
    AnswerSentenceResponse? Sentence = null,
    AnswerResponse? Completed = null);
