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

/// <summary>A sentence of an answer.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Citations">Numbers of the citations it rests on.</param>
public sealed record AnswerSentence(string Text, IReadOnlyList<int> Citations);

/// <summary>A finished answer.</summary>
/// <param name="Text">The whole text, with citation marks such as <c>[1]</c>; the not-found sentence when nothing was found.</param>
/// <param name="Found">Whether the documents gave an answer.</param>
/// <param name="Sentences">The sentences, in order; empty when not found.</param>
/// <param name="Citations">The citations, by number.</param>
public sealed record Answer(string Text, bool Found, IReadOnlyList<AnswerSentence> Sentences, IReadOnlyList<Citation> Citations);
