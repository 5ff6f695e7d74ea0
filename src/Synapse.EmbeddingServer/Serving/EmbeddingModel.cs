using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>A model that embeds.</summary>
/// <param name="name">What clients call it.</param>
/// <param name="model">The model, which is disposed with this.</param>
internal sealed class EmbeddingModel(string name, SentenceModel model) : ServedModel(name)
{
    // Longer by far than tokens are: whatever lies beyond is cut in any case.
    private const int MostCharactersPerToken = 16;

    public override ModelKind Kind => ModelKind.Embedding;

    public override int MaxTokens => model.MaxTokens;

    public override long ParameterBytes => model.ParameterBytes;

    public override bool RunsOnCuda => model.RunsOnCuda;

    public int Dimensions => model.Dimensions;

    public bool IsNormalized => model.IsNormalized;

    public string WeightsSha256 => model.WeightsSha256;

    /// <summary>Tokens that the model reads of a text, its prefix left out.</summary>
    public int Count(string text) => text.Length > (long)MaxTokens * MostCharactersPerToken ? MaxTokens : Math.Min(MaxTokens, model.Count(text));

    /// <summary>Embeds texts, all dimensions.</summary>
    public async Task<(float[] Embeddings, long Tokens)> EmbedAsync(IReadOnlyList<string> texts, TextSide side, CancellationToken cancellationToken)
    {
        var embeddings = new float[texts.Count * Dimensions];
        var usage = await model.EmbedAsync([.. texts.Select(static text => text.AsMemory())], side, embeddings, cancellationToken);
        return (embeddings, usage.Tokens);
    }

    public override RuntimeUse RuntimeUse => model.RuntimeUse;

    public override ValueTask DisposeAsync() => model.DisposeAsync();
}
