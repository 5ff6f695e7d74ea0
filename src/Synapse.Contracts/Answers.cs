using System.ComponentModel.DataAnnotations;

namespace Synapse.Contracts;

/// <summary>An earlier question of the same conversation and its answer.</summary>
/// <param name="Question">The question; 1 to 2,000 characters.</param>
/// <param name="Answer">The answer as it was shown; at most 8,000 characters.</param>
/// <param name="Collections">
/// Names of the collections that it was asked of, at most 100; null for all. When one of them is local only, or is not there any more, the conversation is sent
/// to local models alone.
/// </param>
public sealed record ExchangeRequest(
    [Required, StringLength(2_000, MinimumLength = 1)] string Question,
    [Required(AllowEmptyStrings = true), StringLength(8_000)] string Answer,
    [MaxLength(100)] IReadOnlyList<string>? Collections = null);

/// <summary>Asks a question of the documents.</summary>
/// <param name="Question">The question; 1 to 2,000 characters.</param>
/// <param name="Collections">Names of the collections to answer from, at most 100; null for all.</param>
/// <param name="Limit">Most passages to answer from; 1 to 100.</param>
/// <param name="Mode"><c>auto</c>: a chat model answers when one is configured; <c>extractive</c>: quotes only, nothing is sent to a model. Null for <c>auto</c>.</param>
/// <param name="History">The conversation so far, oldest first, at most 10; sent to the chat model with the question. Null for none.</param>
public sealed record AnswerRequest(
    [Required, StringLength(2_000, MinimumLength = 1)] string Question,
    [MaxLength(100)] IReadOnlyList<string>? Collections = null,
    [Range(1, 100)] int Limit = 10,
    [AllowedValues(null, "auto", "extractive")] string? Mode = null,
    [MaxLength(10)] IReadOnlyList<ExchangeRequest>? History = null);

/// <summary>A sentence of an answer.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Citations">Numbers of the citations that it rests on; empty unless it is <c>verified</c> or <c>corrected</c>.</param>
/// <param name="Support">
/// <c>verified</c>: its citations hold what it says; <c>corrected</c>: another passage than the model named does; <c>unsupported</c>: no passage does;
/// <c>framing</c>: it says nothing that could be looked up; <c>incomplete</c>: it was cut off and not checked.
/// </param>
/// <param name="Reason">Why it is not supported; null when it is.</param>
/// <param name="Lead">What stands between the sentence before and this one: nothing, a blank, line breaks, the mark of a list item.</param>
/// <param name="Form"><c>prose</c>, <c>heading</c>, <c>tableRow</c> or <c>code</c>.</param>
public sealed record AnswerSentenceResponse(
    string Text, IReadOnlyList<int> Citations, string Support = "verified", string? Reason = null, string Lead = "", string Form = "prose");

/// <summary>A place in a document that an answer rests on.</summary>
/// <param name="Number">Number in the answer, from 1.</param>
/// <param name="Collection">Name of the collection.</param>
/// <param name="SourceId">The source.</param>
/// <param name="DocumentId">The document, to read more of it.</param>
/// <param name="Document">Path of the document relative to its source.</param>
/// <param name="StartLine">First line of the quote, from 1.</param>
/// <param name="EndLine">Last line of the quote, inclusive.</param>
/// <param name="StartOffset">First UTF-16 unit of the quote in the document's text.</param>
/// <param name="EndOffset">One past the last UTF-16 unit.</param>
/// <param name="Quote">The text at that place, word for word.</param>
/// <param name="Verified">Whether the quote was found at that place in the stored text.</param>
public sealed record CitationResponse(
    int Number,
    string Collection,
    long SourceId,
    long DocumentId,
    string Document,
    int StartLine,
    int EndLine,
    int StartOffset,
    int EndOffset,
    string Quote,
    bool Verified);

/// <summary>The model that wrote an answer.</summary>
/// <param name="Provider">Name of the provider, as configured.</param>
/// <param name="Model">Name of the model or deployment, as configured.</param>
/// <param name="IsLocal">Whether it runs on the server's machine or private network.</param>
public sealed record AnswerModelResponse(string Provider, string Model, bool IsLocal);

/// <summary>A passage that was found and not shown to the model, for want of room in its context.</summary>
/// <param name="DocumentId">Its document.</param>
/// <param name="Document">Path of the document relative to its source.</param>
/// <param name="StartLine">First line, from 1.</param>
/// <param name="EndLine">Last line, inclusive.</param>
public sealed record LeftOutPassageResponse(long DocumentId, string Document, int StartLine, int EndLine);

/// <summary>Tokens of an answer as the provider counted them.</summary>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Tokens of the reply.</param>
public sealed record TokenUsageResponse(long InputTokens, long OutputTokens);

/// <summary>Why an answer was interrupted.</summary>
/// <param name="Code">Stable code, as in a problem.</param>
/// <param name="Message">What happened and what to do.</param>
public sealed record AnswerFaultResponse(string Code, string Message);

/// <summary>A finished answer; the data of the event <c>completed</c>.</summary>
/// <param name="Answer">The whole text, with citation marks such as <c>[1]</c>; a plain sentence when nothing was found.</param>
/// <param name="Sentences">The sentences, in order; empty when not found, but for what a model wrote without support.</param>
/// <param name="Citations">The citations, by number.</param>
/// <param name="Found">Whether the documents gave an answer: at least one sentence rests on them.</param>
/// <param name="Notes">What the caller should know of how it was searched; usually empty.</param>
/// <param name="Finish"><c>complete</c>; <c>truncated</c>: the model's limit cut it short; <c>filtered</c>: a content filter stopped it; <c>interrupted</c>: the provider failed in the middle.</param>
/// <param name="Model">The model that wrote it; null when it is made of quotes, or no model was asked.</param>
/// <param name="PassagesUsed">How many of the passages found it was made from.</param>
/// <param name="PassagesLeftOut">Passages for which the model's context had no room, best first; null when no model was asked.</param>
/// <param name="Usage">Tokens as the provider counted them; null when it did not say.</param>
/// <param name="Error">Why it was interrupted; null unless it was.</param>
/// <param name="SearchedFor">What was searched for in place of a follow-up question; null when the question itself was.</param>
public sealed record AnswerResponse(
    string Answer,
    IReadOnlyList<AnswerSentenceResponse> Sentences,
    IReadOnlyList<CitationResponse> Citations,
    bool Found,
    IReadOnlyList<NoteResponse> Notes,
    string Finish = "complete",
    AnswerModelResponse? Model = null,
    int PassagesUsed = 0,
    IReadOnlyList<LeftOutPassageResponse>? PassagesLeftOut = null,
    TokenUsageResponse? Usage = null,
    AnswerFaultResponse? Error = null,
    string? SearchedFor = null);

/// <summary>The passages that an answer will be made from; the data of the event <c>passages</c>.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="Notes">What the caller should know of how it was searched; usually empty.</param>
public sealed record PassagesResponse(IReadOnlyList<HitResponse> Hits, IReadOnlyList<NoteResponse> Notes);

/// <summary>What is searched for in place of a follow-up question; the data of the event <c>rewritten</c>.</summary>
/// <param name="Question">The question as it stands alone.</param>
public sealed record RewrittenQuestionResponse(string Question);

/// <summary>Who writes the answer, from how much; the data of the event <c>model</c>. Comes again when another provider takes over, never after the first text.</summary>
/// <param name="Model">The model.</param>
/// <param name="PassagesUsed">Passages that it was given.</param>
/// <param name="PassagesLeftOut">Passages for which its context had no room, best first.</param>
public sealed record ModelAskedResponse(AnswerModelResponse Model, int PassagesUsed, IReadOnlyList<LeftOutPassageResponse> PassagesLeftOut);

/// <summary>The provider is busy or loading; the data of the event <c>waiting</c>.</summary>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Reason">Why, for a person.</param>
/// <param name="RetryAfterMs">How long until it is asked again, in milliseconds.</param>
public sealed record ProviderWaitResponse(string Provider, string Reason, double RetryAfterMs);

/// <summary>A piece of the text as the model writes it, not checked; the sentences that follow take its place. The data of the event <c>text</c>.</summary>
/// <param name="Text">The piece; may be cut anywhere.</param>
public sealed record AnswerTextResponse(string Text);
