using Synapse.Embedding;

namespace Synapse.Retrieval;

/// <summary>Collections that a search compared by words alone, because the query could not be embedded for them.</summary>
/// <param name="Space">The space of their embeddings.</param>
/// <param name="CollectionIds">The collections.</param>
/// <param name="Code">Stable code of the cause: that of the provider's failure, <see cref="TooLate"/> or <see cref="NotConfigured"/>.</param>
/// <param name="Reason">The cause in words, with what to do.</param>
public sealed record DegradedSpace(EmbeddingSpace Space, IReadOnlyList<long> CollectionIds, string Code, string Reason)
{
    /// <summary>The provider did not answer in the time that a search has for it.</summary>
    public const string TooLate = "embedding_too_late";

    /// <summary>No provider of the configuration has the model.</summary>
    public const string NotConfigured = "embedding_not_configured";

    /// <summary>What it means for the person who asked, in one sentence.</summary>
    /// <param name="collections">Names of the collections.</param>
    public static string Describe(IReadOnlyList<string> collections)
    {
        ArgumentNullException.ThrowIfNull(collections);
        return $"{string.Join(", ", collections.Select(name => $"'{name}'"))}: searched by words alone, not by meaning.";
    }
}
