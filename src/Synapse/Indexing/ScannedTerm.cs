namespace Synapse.Indexing;

/// <summary>A term of a query in one segment.</summary>
/// <param name="Row">The term's row.</param>
/// <param name="Postings">The bytes that the row points into.</param>
/// <param name="Scorer">The term's scorer.</param>
internal readonly record struct ScannedTerm(TermRow Row, byte[] Postings, TermScorer Scorer);
