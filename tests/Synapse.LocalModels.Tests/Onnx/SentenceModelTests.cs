using System.Numerics.Tensors;
using Synapse.LocalModels.Onnx;
using Synapse.TinyModels;

namespace Synapse.LocalModels.Tests.Onnx;

public sealed class SentenceModelTests : IDisposable
{
    private static readonly EncoderShape Shape = new();
    private static readonly string[] Texts = ["the red cat", "the cat", "an invoice for the contract with the client", "rain"];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Embeddings_have_the_models_dimensions_and_unit_length()
    {
        await using var model = Load();
        var embeddings = await EmbedAsync(model, Texts);

        Assert.Equal(Shape.Hidden, model.Dimensions);
        Assert.Equal(Shape.Positions, model.MaxTokens);
        Assert.All(embeddings, embedding => Assert.Equal(1f, TensorPrimitives.Norm<float>(embedding), 1e-5f));
        Assert.True(TensorPrimitives.Dot<float>(embeddings[0], embeddings[1]) > TensorPrimitives.Dot<float>(embeddings[0], embeddings[2]));
    }

    [Fact]
    public async Task A_text_has_the_same_embedding_alone_and_padded_beside_longer_ones()
    {
        await using var model = Load();
        var together = await EmbedAsync(model, Texts);

        for (var i = 0; i < Texts.Length; i++)
        {
            var alone = await EmbedAsync(model, [Texts[i]]);
            Assert.Equal(0f, TensorPrimitives.Distance<float>(alone[0], together[i]), 1e-5f);
        }
    }

    private SentenceModel Load(SentenceModelOptions? options = null)
    {
        TinyModelFolder.WriteSentenceModel(_folder["tiny"], Shape);
        return SentenceModel.Load(_folder["tiny"], options);
    }

    private static async Task<float[][]> EmbedAsync(SentenceModel model, string[] texts, TextSide side = TextSide.Plain)
    {
        var all = new float[texts.Length * model.Dimensions];
        await model.EmbedAsync([.. texts.Select(text => text.AsMemory())], side, all, Cancellation);
        return [.. all.Chunk(model.Dimensions)];
    }
}
