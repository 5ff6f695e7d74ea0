using System.ComponentModel.DataAnnotations;

namespace Synapse.LocalModels.Onnx;

/// <summary>How a sentence-transformers model is loaded and served.</summary>
public sealed record SentenceModelOptions : OnnxModelOptions
{
    /// <summary>Whether embeddings get unit length; null does as the model's modules say.</summary>
    public bool? Normalize { get; init; }

    /// <summary>Leading numbers of each embedding to keep, for models trained so that they can be shortened (Matryoshka); null keeps all.</summary>
    /// <remarks>Embeddings of unit length get unit length again.</remarks>
    [Range(1, 65_536)]
    public int? Dimensions { get; init; }

    /// <summary>Text before each query; null takes the model's prompt called <c>query</c>, if it has one.</summary>
    public string? QueryPrefix { get; init; }

    /// <summary>Text before each passage; null takes the model's prompt called <c>document</c>, <c>passage</c> or <c>corpus</c>, if it has one.</summary>
    public string? PassagePrefix { get; init; }
}
