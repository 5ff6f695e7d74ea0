using Synapse.Retrieval.Ranking;
using Synapse.Storage;

namespace Synapse.Retrieval;

/// <summary>What to search for.</summary>
/// <param name="Text">The query or question; 1 to 2,000 characters.</param>
/// <param name="CollectionIds">The collections to search; null for all that the caller may read.</param>
/// <param name="Limit">Most hits to return; 1 to 100.</param>
public sealed record SearchQuery(string Text, IReadOnlyList<long>? CollectionIds = null, int Limit = 10);

/// <summary>A named part of a hit's score.</summary>
/// <param name="Name">What the part stands for, in camel case: <c>bm25</c>, <c>vector</c>, <c>definition</c>, <c>pathMatch</c>, <c>testPenalty</c>, ...</param>
/// <param name="Value">What it adds; negative for a penalty.</param>
public readonly record struct ScorePart(string Name, double Value);

/// <summary>A chunk in the order of the answer list, with its text and why it stands there.</summary>
/// <param name="Chunk">The chunk and where it lies.</param>
/// <param name="Text">Its text.</param>
/// <param name="Score">The sum of <paramref name="Explanation"/>.</param>
/// <param name="Bm25Score">BM25 score before normalisation; 0 or more.</param>
/// <param name="CosineSimilarity">Similarity of the embeddings: 1 same, 0 unrelated, -1 opposite.</param>
/// <param name="Explanation">The parts of the score.</param>
public sealed record Hit(
    StoredChunk Chunk,
    string Text,
    double Score,
    float Bm25Score,
    float CosineSimilarity,
    IReadOnlyList<ScorePart> Explanation)
{
    /// <summary>Similarity by the built-in embedder, whichever model the collection has: the one that means the same everywhere. Known of the first hits.</summary>
    internal float? BuiltInSimilarity { get; init; }
}

/// <summary>The hits of a query.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="Elapsed">How long the search took.</param>
public sealed record SearchResult(IReadOnlyList<Hit> Hits, TimeSpan Elapsed)
{
    /// <summary>What the search went without, and why; usually nothing.</summary>
    public IReadOnlyList<Degradation> Degraded { get; init; } = [];

    /// <summary>The words of the query, weighted by how rare they are in what was searched.</summary>
    internal WeightedWords Words { get; init; } = WeightedWords.None;
}
