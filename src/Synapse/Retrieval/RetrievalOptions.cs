using System.ComponentModel.DataAnnotations;

namespace Synapse.Retrieval;

/// <summary>Limits of search.</summary>
public sealed class RetrievalOptions
{
    /// <summary>Section of the configuration that holds these settings.</summary>
    public const string SectionName = "Synapse:Retrieval";

    /// <summary>How long a search waits for a provider to embed the query before it goes on with words alone; 50 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan QueryEmbeddingTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a search waits for a reranker before the order stands as it is; 50 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan RerankTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many passages a reranker reads; 2 to 200.</summary>
    [Range(2, 200)]
    public int RerankDepth { get; set; } = 30;
}
