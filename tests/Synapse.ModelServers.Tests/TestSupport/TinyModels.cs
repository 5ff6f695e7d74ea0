using Synapse.ModelServers.Tests.TestSupport.Gguf;

namespace Synapse.ModelServers.Tests.TestSupport;

/// <summary>The model files of these tests, written once into a temporary folder.</summary>
public sealed class TinyModels : IDisposable
{
    /// <summary>What the fixed model says; U+2581 is a space.</summary>
    private static readonly string[] s_sentence = ["▁According", "▁to", "▁the", "▁documents", ",", "▁your", "▁notice", "▁period", "▁is", "▁forty", "-", "two", "▁days", "▁[1]", "."];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("synapse-models-");

    public TinyModels()
    {
        Fixed = Path.Combine(_folder.FullName, "fixed.gguf");
        Endless = Path.Combine(_folder.FullName, "endless.gguf");
        Embedder = Path.Combine(_folder.FullName, "embedder.gguf");
        Reranker = Path.Combine(_folder.FullName, "reranker.gguf");
        LlamaModel.WriteFixed(Fixed, s_sentence, contextTokens: 8192);
        LlamaModel.WriteEndless(Endless, seed: 7, contextTokens: 4096);
        BertModel.WriteEmbedder(Embedder, EmbeddingDimensions, seed: 11);
        BertModel.WriteReranker(Reranker, width: 64, seed: 13);
    }

    /// <summary>Numbers per embedding of <see cref="Embedder"/>.</summary>
    public static int EmbeddingDimensions => 384;

    /// <summary>What <see cref="Fixed"/> answers at temperature 0, whatever it is asked.</summary>
    public static string FixedText => string.Concat(s_sentence).Replace('▁', ' ').Trim();

    public string Fixed { get; }

    public string Endless { get; }

    public string Embedder { get; }

    public string Reranker { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
