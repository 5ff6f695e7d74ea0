using System.Text.Json.Serialization;

namespace Synapse.LocalModels.Catalogue;

/// <summary>What a model does with a text.</summary>
public enum ModelKind
{
    /// <summary>It turns a text into an embedding.</summary>
    [JsonStringEnumMemberName("embedding")]
    Embedding,

    /// <summary>It reads a query and a passage together, and says how well they fit.</summary>
    [JsonStringEnumMemberName("reranker")]
    Reranker,
}
