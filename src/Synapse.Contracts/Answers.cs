using System.ComponentModel.DataAnnotations;

namespace Synapse.Contracts;

/// <summary>Asks a question of the documents.</summary>
/// <param name="Question">The question; 1 to 2,000 characters.</param>
/// <param name="Collections">Names of the collections to answer from, at most 100; null for all.</param>
/// <param name="Limit">Most passages to answer from; 1 to 100.</param>
public sealed record AnswerRequest(
    [Required, StringLength(2_000, MinimumLength = 1)] string Question,
    [MaxLength(100)] IReadOnlyList<string>? Collections = null,
    [Range(1, 100)] int Limit = 10);

/// <summary>A sentence of an answer.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Citations">Numbers of the citations that it rests on.</param>
public sealed record AnswerSentenceResponse(string Text, IReadOnlyList<int> Citations);

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

/// <summary>A finished answer; the data of the event <c>completed</c>.</summary>
/// <param name="Answer">The whole text, with citation marks such as <c>[1]</c>; a plain sentence when nothing was found.</param>
/// <param name="Sentences">The sentences, in order; empty when not found.</param>
/// <param name="Citations">The citations, by number.</param>
/// <param name="Found">Whether the documents gave an answer.</param>
/// <param name="Notes">What the caller should know of how it was searched; usually empty.</param>
public sealed record AnswerResponse(
    string Answer,
    IReadOnlyList<AnswerSentenceResponse> Sentences,
    IReadOnlyList<CitationResponse> Citations,
    bool Found,
    IReadOnlyList<NoteResponse> Notes);

/// <summary>The passages that an answer will be made from; the data of the event <c>passages</c>.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="Notes">What the caller should know of how it was searched; usually empty.</param>
public sealed record PassagesResponse(IReadOnlyList<HitResponse> Hits, IReadOnlyList<NoteResponse> Notes);
