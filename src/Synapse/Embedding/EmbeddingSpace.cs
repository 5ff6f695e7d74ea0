namespace Synapse.Embedding;

/// <summary>The space that embeddings live in. Two embeddings can be compared only when their spaces have the same fingerprint.</summary>
/// <param name="Model">Name of the model and its version.</param>
/// <param name="Dimensions">Numbers per embedding; at least 1.</param>
/// <param name="QueryPrefix">Text put before every query; may be empty.</param>
/// <param name="PassagePrefix">Text put before every passage; may be empty.</param>
/// <remarks>Embeddings have unit length, so that their dot product is their cosine similarity; a text without any known token gives a zero vector.</remarks>
public sealed record EmbeddingSpace(string Model, int Dimensions, string QueryPrefix = "", string PassagePrefix = "")
{
    /// <summary>Everything that makes embeddings comparable, in one line.</summary>
    public string Fingerprint => $"{Model}|{Dimensions}|unit|{QueryPrefix}|{PassagePrefix}";
}
