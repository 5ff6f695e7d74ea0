using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Tests.Onnx;
using Synapse.TinyModels;

namespace Synapse.LocalModels.Tests.Keeping;

public sealed class ModelKindsTests
{
    [Fact]
    public void The_kind_of_a_model_comes_from_its_configuration()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ModelKind.Embedding, ModelKinds.Read(TinyModelFolder.WriteSentenceModel(folder["embeds"], new EncoderShape()).Path));
        Assert.Equal(ModelKind.Reranker, ModelKinds.Read(TinyModelFolder.WriteCrossEncoder(folder["scores"], new EncoderShape()).Path));
        Assert.Equal(ModelKind.Embedding, ModelKinds.Read(Directory.CreateDirectory(folder["bare"]).FullName));
    }
}
