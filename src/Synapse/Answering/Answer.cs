namespace Synapse.Answering;

/// <summary>A place in a document that a sentence of an answer rests on.</summary>
/// <param name="Number">Number in the answer, from 1.</param>
/// <param name="CollectionId">The collection.</param>
/// <param name="SourceId">The source.</param>
/// <param name="DocumentId">The document.</param>
/// <param name="Path">The document's path relative to its source.</param>
/// <param name="StartOffset">First UTF-16 unit of the quote in the document's normalised text.</param>
/// <param name="EndOffset">One past the last UTF-16 unit.</param>
/// <param name="StartLine">First line of the quote, from 1.</param>
/// <param name="EndLine">Last line of the quote, inclusive.</param>
/// <param name="Quote">The stored text of the span, word for word.</param>
/// <param name="Verified">Whether the quote was found at this place in the stored text.</param>
public sealed record Citation(
    int Number,
    long CollectionId,
    long SourceId,
    long DocumentId,
    string Path,
    int StartOffset,
    int EndOffset,
    int StartLine,
    int EndLine,
    string Quote,
    bool Verified);

/// <summary>What the check of a sentence against the stored text has shown.</summary>
public enum SentenceSupport
{
    /// <summary>Its citations hold what it says.</summary>
    Verified,

    /// <summary>Another passage than the one that the model named holds what it says, or the model named none; the citation is the one that does.</summary>
    Corrected,

    /// <summary>No passage of this question holds what it says; it has no citation.</summary>
    Unsupported,

    /// <summary>It says nothing of its own that could be looked up: a heading, a phrase that leads over to a list, or that something is not in the documents.</summary>
    Framing,

    /// <summary>It was cut off before its end, and so was not checked.</summary>
    Incomplete,
}

/// <summary>What a sentence is in the layout of the answer.</summary>
public enum SentenceForm
{
    /// <summary>A sentence of running text, or of a list item.</summary>
    Prose,

    /// <summary>A heading.</summary>
    Heading,

    /// <summary>A row of a table.</summary>
    TableRow,

    /// <summary>Lines of code.</summary>
    Code,
}

/// <summary>A sentence of an answer.</summary>
/// <param name="Text">The sentence, without citation marks.</param>
/// <param name="Citations">Numbers of the citations it rests on; empty unless it is <see cref="SentenceSupport.Verified"/> or <see cref="SentenceSupport.Corrected"/>.</param>
public sealed record AnswerSentence(string Text, IReadOnlyList<int> Citations)
{
    /// <summary>What the check has shown.</summary>
    public SentenceSupport Support { get; init; } = SentenceSupport.Verified;

    /// <summary>Why it is not supported, for a person; null when it is.</summary>
    public string? Reason { get; init; }

    /// <summary>What stands between the sentence before and this one: nothing, a blank, line breaks, the mark of a list item. Never a letter.</summary>
    public string Lead { get; init; } = "";

    /// <summary>What it is in the layout.</summary>
    public SentenceForm Form { get; init; }
}

/// <summary>How an answer ended.</summary>
public enum AnswerFinish
{
    /// <summary>It is whole.</summary>
    Complete,

    /// <summary>The model's limit of output cut it short.</summary>
    Truncated,

    /// <summary>The provider's content filter stopped it, and nothing of it is shown.</summary>
    Filtered,

    /// <summary>The provider failed while it wrote; what had come is kept.</summary>
    Interrupted,
}

/// <summary>The model that wrote an answer.</summary>
/// <param name="Provider">Name of the provider, as configured.</param>
/// <param name="Model">Name of the model or deployment, as configured.</param>
/// <param name="IsLocal">Whether it runs on this machine or its private network.</param>
public sealed record AnswerModel(string Provider, string Model, bool IsLocal);

/// <summary>A passage that was found and not shown to the model, for want of room in its context.</summary>
/// <param name="DocumentId">Its document.</param>
/// <param name="Path">Path of the document relative to its source.</param>
/// <param name="StartLine">First line, from 1.</param>
/// <param name="EndLine">Last line, inclusive.</param>
public sealed record LeftOutPassage(long DocumentId, string Path, int StartLine, int EndLine);

/// <summary>Why an answer was interrupted.</summary>
/// <param name="Code">Stable code, as in a problem.</param>
/// <param name="Message">What happened and what to do.</param>
public sealed record AnswerFault(string Code, string Message);

/// <summary>A finished answer.</summary>
/// <param name="Text">The whole text, with citation marks such as <c>[1]</c>; the not-found sentence when nothing was found.</param>
/// <param name="Found">Whether the documents gave an answer: at least one sentence rests on them.</param>
/// <param name="Sentences">The sentences, in order; empty when not found, but for what a model wrote without support.</param>
/// <param name="Citations">The citations, by number.</param>
public sealed record Answer(string Text, bool Found, IReadOnlyList<AnswerSentence> Sentences, IReadOnlyList<Citation> Citations)
{
    /// <summary>The model that wrote it; null when it is made of quotes, or no model was asked.</summary>
    public AnswerModel? Model { get; init; }

    /// <summary>How it ended.</summary>
    public AnswerFinish Finish { get; init; }

    /// <summary>Why it was interrupted; null unless <see cref="Finish"/> is <see cref="AnswerFinish.Interrupted"/>.</summary>
    public AnswerFault? Fault { get; init; }

    /// <summary>How many of the passages found the answer was made from.</summary>
    public int PassagesUsed { get; init; }

    /// <summary>The passages for which the model's context had no room, best first.</summary>
    public IReadOnlyList<LeftOutPassage> PassagesLeftOut { get; init; } = [];

    /// <summary>Tokens as the provider counted them; null when it did not say or no model was asked.</summary>
    public Chat.TokenUsage? Usage { get; init; }

    /// <summary>What was searched for in place of a follow-up question; null when the question itself was.</summary>
    public string? SearchedFor { get; init; }
}
