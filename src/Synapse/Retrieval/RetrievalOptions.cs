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
}
