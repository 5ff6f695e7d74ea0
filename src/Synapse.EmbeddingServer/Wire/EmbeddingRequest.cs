using System.Text.Json;

namespace Synapse.EmbeddingServer.Wire;

/// <summary>Asks for embeddings.</summary>
internal sealed record EmbeddingRequest
{
    /// <summary>A text, or a list of texts.</summary>
    public JsonElement Input { get; init; }

    /// <summary>Name of the model; may be left out when one model embeds.</summary>
    public string? Model { get; init; }

    /// <summary><c>float</c> or <c>base64</c>.</summary>
    public string? EncodingFormat { get; init; }

    /// <summary>Leading numbers of each embedding to return; all when left out.</summary>
    public int? Dimensions { get; init; }

    /// <summary><c>query</c> or <c>passage</c>: which prefix of the model the texts get; none when left out.</summary>
    public string? InputType { get; init; }
}
