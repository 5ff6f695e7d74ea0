namespace Synapse.Retrieval.Analysis;

/// <summary>The terms of one chunk as the keyword index holds them: each distinct term once, with its frequency.</summary>
/// <param name="Terms">Distinct terms, in no particular order; the strings are interned, so that equal terms of different chunks are one object.</param>
/// <param name="Frequencies">How often each term occurs, at least 1; as long as <paramref name="Terms"/>.</param>
/// <param name="Length">The chunk's length for BM25: the sum of the frequencies of its scored terms.</param>
public readonly record struct ChunkTerms(string[] Terms, ushort[] Frequencies, int Length);
