using Synapse.ModelServers.Tests.TestSupport.Gguf;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[assembly: AssemblyFixture(typeof(Synapse.ModelServers.Tests.TestSupport.TinyModels))]

namespace Synapse.ModelServers.Tests.TestSupport;

/// <summary>The model files of these tests, each written once, when it is first asked for, into a temporary folder.</summary>
public sealed class TinyModels : IDisposable
{
    /// <summary>Makes a vocabulary that takes the server most of a second to load.</summary>
    private const int PiecesThatTakeTime = 200_000;

    /// <summary>What the fixed model says; U+2581 is a space.</summary>
    private static readonly string[] s_sentence = ["▁According", "▁to", "▁the", "▁documents", ",", "▁your", "▁notice", "▁period", "▁is", "▁forty", "-", "two", "▁days", "▁[1]", "."];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("synapse-models-");
    private readonly Lazy<string> _fixed;
    private readonly Lazy<string> _slowToLoad;
    private readonly Lazy<string> _endless;
    private readonly Lazy<string> _embedder;
    private readonly Lazy<string> _reranker;

    public TinyModels()
    {
        _fixed = Written("fixed", path => LlamaModel.WriteFixed(path, s_sentence, ContextTokens));
        _slowToLoad = Written("slow", path => LlamaModel.WriteFixed(path, s_sentence, ContextTokens, PiecesThatTakeTime));
        _endless = Written("endless", path => LlamaModel.WriteEndless(path, seed: 7, ContextTokens));
        _embedder = Written("embedder", path => BertModel.WriteEmbedder(path, EmbeddingDimensions, seed: 11));
        _reranker = Written("reranker", path => BertModel.WriteReranker(path, width: 64, seed: 13));
    }

    /// <summary>Numbers per embedding of <see cref="Embedder"/>.</summary>
    public static int EmbeddingDimensions => 384;

    /// <summary>The window of the chat models.</summary>
    public static int ContextTokens => 8_192;

    /// <summary>What <see cref="Fixed"/> answers at temperature 0, whatever it is asked.</summary>
    public static string FixedText => string.Concat(s_sentence).Replace('▁', ' ').Trim();

    /// <summary>Says <see cref="FixedText"/>.</summary>
    public string Fixed => _fixed.Value;

    /// <summary>The same, with a vocabulary that takes a while to load.</summary>
    public string SlowToLoad => _slowToLoad.Value;

    /// <summary>Writes words without sense until its limit, slowly enough to be interrupted: its window takes many seconds.</summary>
    public string Endless => _endless.Value;

    /// <summary>Embeds texts that share words close to each other; reads 512 tokens.</summary>
    public string Embedder => _embedder.Value;

    /// <summary>Gives scores without sense.</summary>
    public string Reranker => _reranker.Value;

    public void Dispose() => _folder.Delete(recursive: true);

    private Lazy<string> Written(string name, Action<string> write) => new(() =>
    {
        var path = Path.Combine(_folder.FullName, $"{name}.gguf");
        write(path);
        return path;
    });
}
