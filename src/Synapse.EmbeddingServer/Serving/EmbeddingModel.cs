using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>A model that embeds.</summary>
/// <param name="name">What clients call it.</param>
/// <param name="model">The model, which is disposed with this.</param>
internal sealed class EmbeddingModel(string name, SentenceModel model) : ServedModel(name)
{
    public override ModelKind Kind => ModelKind.Embedding;

    public override int MaxTokens => model.MaxTokens;

    public override long ParameterBytes => model.ParameterBytes;

    public override string WeightsSha256 => model.WeightsSha256;

    public override bool RunsOnCuda => model.RunsOnCuda;

    public override QueueLength Waiting => model.Waiting;

    public int Dimensions => model.Dimensions;

    public bool IsNormalized => model.IsNormalized;

    /// <summary>Embeds texts, all dimensions.</summary>
    public async Task<(float[] Embeddings, TokenUsage Usage)> EmbedAsync(IReadOnlyList<string> texts, TextSide side, CancellationToken cancellationToken)
    {
        var embeddings = new float[texts.Count * Dimensions];
        var usage = await model.EmbedAsync([.. texts.Select(static text => text.AsMemory())], side, embeddings, cancellationToken);
        return (embeddings, usage);
    }

    public override RuntimeUse RuntimeUse => model.RuntimeUse;

    public override ValueTask DisposeAsync() => model.DisposeAsync();
}
