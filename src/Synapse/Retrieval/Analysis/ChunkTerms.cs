namespace Synapse.Retrieval.Analysis;

/// <summary>The terms of one chunk as the keyword index holds them: each distinct term once, with its frequency.</summary>
/// <param name="Vocabulary">Tells the terms of the numbers. The chunks of one document, and most others, share one.</param>
/// <param name="Numbers">Numbers of the distinct terms, in no particular order.</param>
/// <param name="Frequencies">How often each term occurs, at least 1; as long as <paramref name="Numbers"/>.</param>
/// <param name="Length">The chunk's length for BM25: the sum of the frequencies of its scored terms.</param>
public readonly record struct ChunkTerms(TermVocabulary Vocabulary, int[] Numbers, ushort[] Frequencies, int Length)
{
    /// <summary>The terms as text, in the order of <see cref="Numbers"/>.</summary>
    public string[] ToTexts() => Array.ConvertAll(Numbers, Vocabulary.Text);
}
