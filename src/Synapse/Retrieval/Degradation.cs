namespace Synapse.Retrieval;

/// <summary>A part of a search that had to be left out.</summary>
public enum DegradedStage
{
    /// <summary>The query could not be embedded for some collections, which were compared by words alone.</summary>
    Embedding,

    /// <summary>The reranker did not order the passages; they stand as the search ordered them.</summary>
    Reranking,
}

/// <summary>What a search went without, and why.</summary>
/// <param name="Stage">The part that was left out.</param>
/// <param name="CollectionIds">The collections that it concerns; empty when it concerns all.</param>
/// <param name="Code">Stable code of the cause: that of the provider's failure, or one of the constants here.</param>
/// <param name="Reason">The cause in words, with what to do.</param>
public sealed record Degradation(DegradedStage Stage, IReadOnlyList<long> CollectionIds, string Code, string Reason)
{
    /// <summary>The provider did not embed the query in the time that a search has for it.</summary>
    public const string EmbeddingTooLate = "embedding_too_late";

    /// <summary>No provider of the configuration has the embedding model.</summary>
    public const string EmbeddingNotConfigured = "embedding_not_configured";

    /// <summary>The reranker was not done in the time that a search has for it.</summary>
    public const string RerankTooLate = "rerank_too_late";

    /// <summary>What it means for the person who asked, with the cause.</summary>
    /// <param name="collections">Names of the collections.</param>
    public string Describe(IReadOnlyList<string> collections)
    {
        ArgumentNullException.ThrowIfNull(collections);
        var what = Stage == DegradedStage.Embedding
            ? $"{string.Join(", ", collections.Select(name => $"'{name}'"))}: searched by words alone, not by meaning."
            : "The passages were not reranked.";
        return $"{what} {Reason}";
    }
}
