using Synapse.EmbeddingServer.Serving;
using Synapse.TinyModels;

namespace Synapse.EmbeddingServer.Tests.TestSupport;

/// <summary>Models that are written for the tests, with generated weights.</summary>
internal static class TestModels
{
    public const string Embedder = "tiny-embedder";
    public const string Reranker = "tiny-reranker";

    /// <summary>Numbers per embedding.</summary>
    public const int Dimensions = 32;

    /// <summary>Longest input.</summary>
    public const int MaxTokens = 64;

    public static ModelSource WriteEmbedder(TemporaryFolder folder, string name = Embedder, bool normalize = true)
        => Write(folder, name, TinyModelFolder.WriteSentenceModel(folder[name], new EncoderShape(Hidden: Dimensions, Positions: MaxTokens), normalize: normalize));

    /// <summary>One that takes a moment for every input, so that much can wait for it.</summary>
    public static ModelSource WriteSlowEmbedder(TemporaryFolder folder)
        => Write(folder, "slow", TinyModelFolder.WriteSentenceModel(folder["slow"], new EncoderShape(Layers: 4, Hidden: 256, Intermediate: 1_024, Positions: 512)));

    public static ModelSource WriteReranker(TemporaryFolder folder)
    {
        TinyModelFolder.WriteCrossEncoder(folder[Reranker], new EncoderShape(Positions: MaxTokens));
        return new ModelSource(Reranker, folder[Reranker]);
    }

    private static ModelSource Write(TemporaryFolder folder, string name, TinyModelFolder model)
    {
        model.WriteJson("config_sentence_transformers.json", new { prompts = new { query = "query: ", passage = "passage: " }, similarity_fn_name = "cosine" });
        return new ModelSource(name, folder[name]);
    }
}
