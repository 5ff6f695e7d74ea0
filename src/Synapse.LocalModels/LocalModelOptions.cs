using System.ComponentModel.DataAnnotations;
using Synapse.Errors;
using Synapse.LocalModels.Onnx;
using Synapse.LocalModels.Onnx.Folders;

namespace Synapse.LocalModels;

/// <summary>Models in ONNX that run in this process in place of, or beside, the built-in one.</summary>
public sealed class LocalModelOptions
{
    /// <summary>Section of the configuration that holds these settings.</summary>
    public const string SectionName = "Synapse:LocalModels";

    /// <summary>Folder of the model that embeds new collections, as sentence-transformers publishes it; null for the built-in model, or a provider's.</summary>
    public string? Embedding { get; set; }

    /// <summary>Folder of the cross-encoder that reranks; null for none.</summary>
    public string? Rerank { get; set; }

    /// <summary>Text before each query to embed; null takes the model's own.</summary>
    public string? QueryPrefix { get; set; }

    /// <summary>Text before each passage to embed; null takes the model's own.</summary>
    public string? PassagePrefix { get; set; }

    /// <summary>Leading numbers of each embedding to keep; 0 keeps all.</summary>
    [Range(0, 65_536)]
    public int Dimensions { get; set; }

    /// <summary>Processor threads of a model; 0 takes as many as this machine has processors.</summary>
    [Range(0, 1_024)]
    public int Threads { get; set; }

    /// <summary>What is wrong with the folders, each with its key and its cure. Weights are read later, when a model is loaded.</summary>
    public IEnumerable<string> FindFaults()
    {
        foreach (var (name, folder) in new[] { (nameof(Embedding), Embedding), (nameof(Rerank), Rerank) })
        {
            if (folder is { Length: > 0 } && FaultOf(folder) is { } fault)
            {
                yield return $"{SectionName}:{name}: {fault} Name a folder with the files of a sentence-transformers model and its onnx/model.onnx.";
            }
        }
    }

    internal SentenceModelOptions ForEmbedding() => new()
    {
        Dimensions = Dimensions == 0 ? null : Dimensions,
        QueryPrefix = QueryPrefix,
        PassagePrefix = PassagePrefix,
        Threads = Threads,

        // Embeddings are compared by their cosine.
        Normalize = true,
    };

    internal CrossEncoderOptions ForReranking() => new() { Threads = Threads };

    private static string? FaultOf(string folder)
    {
        try
        {
            ModelFolder.Open(folder).FindWeights(null);
            return null;
        }
        catch (ModelFormatException error)
        {
            return $"'{folder}' is no model that can be used: {error.Path}: {error.Reason}.";
        }
    }
}
