using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>A term in one segment. Never changes.</summary>
/// <param name="Row">The term's row; its postings begin at 0.</param>
/// <param name="Postings">Its postings, with the bytes that unpacking may read past the end; empty for a term of one chunk.</param>
internal sealed record TermPostings(TermRow Row, byte[] Postings);
