using System.ComponentModel.DataAnnotations;

namespace Synapse.Contracts;

/// <summary>Asks for the passages that best match a query.</summary>
/// <param name="Query">What to look for; 1 to 2,000 characters.</param>
/// <param name="Collections">Names of the collections to search, at most 100; null for all.</param>
/// <param name="Limit">Most hits to return; 1 to 100.</param>
public sealed record SearchRequest(
    [Required, StringLength(2_000, MinimumLength = 1)] string Query,
    [MaxLength(100)] IReadOnlyList<string>? Collections = null,
    [Range(1, 100)] int Limit = 10);

/// <summary>A passage that matches a query, and why it stands where it stands.</summary>
/// <param name="Collection">Name of its collection.</param>
/// <param name="SourceId">Its source.</param>
/// <param name="DocumentId">Its document, to read more of it.</param>
/// <param name="Document">Path of the document relative to its source.</param>
/// <param name="Language">Language of the document.</param>
/// <param name="StartLine">First line, from 1.</param>
/// <param name="EndLine">Last line, inclusive.</param>
/// <param name="Heading">Path of the headings above it; null without one.</param>
/// <param name="Symbol">Qualified name of the definition that it holds or lies in; null without one.</param>
/// <param name="Score">The sum of the parts in <paramref name="Explain"/>.</param>
/// <param name="Bm25Score">BM25 score before normalisation; 0 or more.</param>
/// <param name="CosineSimilarity">Similarity of the embeddings: 1 same, 0 unrelated, -1 opposite.</param>
/// <param name="Text">The passage.</param>
/// <param name="Explain">What each part adds to the score; negative for a penalty.</param>
public sealed record HitResponse(
    string Collection,
    long SourceId,
    long DocumentId,
    string Document,
    string Language,
    int StartLine,
    int EndLine,
    string? Heading,
    string? Symbol,
    double Score,
    double Bm25Score,
    double CosineSimilarity,
    string Text,
    IReadOnlyDictionary<string, double> Explain);

/// <summary>The hits of a query.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="ElapsedMs">How long the search took in the server, in milliseconds.</param>
/// <param name="Notes">What the caller should know of how it was searched, such as collections whose provider did not answer; usually empty.</param>
public sealed record SearchResponse(IReadOnlyList<HitResponse> Hits, double ElapsedMs, IReadOnlyList<NoteResponse> Notes);

/// <summary>What someone should know of how a search was done. It does not make its hits wrong.</summary>
/// <param name="Code">Stable code of the cause.</param>
/// <param name="Collections">Names of the collections that it is about; empty when it is about all.</param>
/// <param name="Message">What it is, in words, with what to do.</param>
public sealed record NoteResponse(string Code, IReadOnlyList<string> Collections, string Message);
