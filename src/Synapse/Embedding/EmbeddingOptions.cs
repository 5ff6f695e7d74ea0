using System.ComponentModel.DataAnnotations;

namespace Synapse.Embedding;

/// <summary>How texts are embedded.</summary>
public sealed class EmbeddingOptions
{
    /// <summary>Section of the configuration that holds these settings.</summary>
    public const string SectionName = "Synapse:Embedding";

    /// <summary>Room in the store for embeddings by text, in MB, so that no text is sent to a model twice; 0 to 1,048,576. 0 keeps none, and removes those that were kept.</summary>
    [Range(0, 1_048_576)]
    public int CacheMegabytes { get; set; } = 256;
}
