using System.Collections.Frozen;

namespace Synapse.Retrieval.Analysis;

/// <summary>English words that say nothing of what is sought. They are indexed, and left out of queries that have other words.</summary>
internal static class StopWords
{
    private static readonly FrozenSet<string> s_words = FrozenSet.ToFrozenSet(
    [
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of", "on", "or",
        "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
        "do", "does", "how", "i", "me", "my", "what", "when", "where", "which", "who", "why", "can", "could", "should", "would", "we", "you",
        "from", "has", "have", "had", "been", "its", "were", "did", "am", "so", "than", "our", "your", "also",
    ]);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_lookup = s_words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a term is one.</summary>
    public static bool Contains(ReadOnlySpan<char> term) => s_lookup.Contains(term);
}
