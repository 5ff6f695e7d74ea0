using System.ComponentModel.DataAnnotations;
using Synapse.Errors;
using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Onnx;
using Synapse.LocalModels.Onnx.Folders;

namespace Synapse.LocalModels;

/// <summary>Models in ONNX that run in this process in place of, or beside, the built-in one.</summary>
public sealed class LocalModelOptions
{
    /// <summary>Section of the configuration that holds these settings.</summary>
    public const string SectionName = "Synapse:LocalModels";

    /// <summary>
    /// The model that embeds new collections: a name that was pulled or imported, or the path of a folder as sentence-transformers publishes it. Null for the built-in model, or a
    /// provider's. Further models behind it, separated by commas, are there for collections that are embedded with them or switched to them.
    /// </summary>
    public string? Embedding { get; set; }

    /// <summary>The cross-encoder that reranks, by name or path; null for none.</summary>
    public string? Rerank { get; set; }

    /// <summary>File name of the weights of <see cref="Embedding"/>, such as <c>model_quantized.onnx</c>; null for those that were fetched first.</summary>
    public string? EmbeddingWeights { get; set; }

    /// <summary>File name of the weights of <see cref="Rerank"/>; null for those that were fetched first.</summary>
    public string? RerankWeights { get; set; }

    /// <summary>Text before each query to embed; null takes what the catalogue or the model says.</summary>
    public string? QueryPrefix { get; set; }

    /// <summary>Text before each passage to embed; null takes what the catalogue or the model says.</summary>
    public string? PassagePrefix { get; set; }

    /// <summary>Leading numbers of each embedding to keep; 0 keeps all.</summary>
    [Range(0, 65_536)]
    public int Dimensions { get; set; }

    /// <summary>Processor threads of a model; 0 takes as many as this machine has processors.</summary>
    [Range(0, 1_024)]
    public int Threads { get; set; }

    /// <summary>What is wrong with the paths, each with its key and its cure. A name is looked up when the model is needed, so that a command can fetch it before.</summary>
    public IEnumerable<string> FindFaults()
    {
        var embeddings = Embeddings.Select((folder, i) => (Name: nameof(Embedding), Folder: (string?)folder, Weights: i == 0 ? EmbeddingWeights : null));
        foreach (var (name, folder, weights) in embeddings.Append((nameof(Rerank), Rerank, RerankWeights)))
        {
            if (folder is { Length: > 0 } && (Path.IsPathRooted(folder) || folder.StartsWith('.')) && FaultOf(folder, NullIfEmpty(weights)) is { } fault)
            {
                yield return $"{SectionName}:{name}: {fault} Name a folder with the files of a sentence-transformers model and its onnx/model.onnx.";
            }
        }
    }

    internal IReadOnlyList<string> Embeddings => (Embedding ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // Weights, dimensions and prefixes are those of the first model; others have their own.
    internal SentenceModelOptions ForEmbedding(string model)
    {
        var (known, isFirst) = (ModelCatalogue.Find(model), model == Embeddings[0]);
        return new()
        {
            Weights = isFirst ? NullIfEmpty(EmbeddingWeights) : null,
            Dimensions = isFirst && Dimensions != 0 ? Dimensions : null,
            QueryPrefix = (isFirst ? QueryPrefix : null) ?? (known?.QueryPrefix is { Length: > 0 } query ? query : null),
            PassagePrefix = (isFirst ? PassagePrefix : null) ?? (known?.PassagePrefix is { Length: > 0 } passage ? passage : null),
            Threads = Threads,

            // Embeddings are compared by their cosine.
            Normalize = true,
        };
    }

    internal CrossEncoderOptions ForReranking() => new() { Weights = NullIfEmpty(RerankWeights), Threads = Threads };

    // An empty variable of the environment is none.
    private static string? NullIfEmpty(string? text) => text is { Length: > 0 } ? text : null;

    private static string? FaultOf(string folder, string? weights)
    {
        try
        {
            ModelFolder.Open(folder).FindWeights(weights);
            return null;
        }
        catch (ModelFormatException error)
        {
            return $"'{folder}' is no model that can be used: {error.Path}: {error.Reason}.";
        }
    }
}
