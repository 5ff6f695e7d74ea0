using Synapse.LocalModels.Onnx;
using Synapse.LocalModels.Tokenizing;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>A model that scores how well documents fit a query.</summary>
/// <param name="name">What clients call it.</param>
/// <param name="model">The model, loaded so that it gives its own numbers; disposed with this.</param>
/// <param name="tokenizer">Its tokenizer, to count with.</param>
/// <param name="runsOnCuda">Whether it runs on a CUDA device.</param>
internal sealed class RerankModel(string name, CrossEncoder model, TextTokenizer tokenizer, bool runsOnCuda) : ServedModel(name)
{
    public override ModelKind Kind => ModelKind.Rerank;

    public override int MaxTokens => model.MaxTokens;

    public override long ParameterBytes => model.ParameterBytes;

    public override bool RunsOnCuda => runsOnCuda;

    /// <summary>Tokens that the model reads of a query and a document together.</summary>
    public int Count(string query, string document) => tokenizer.EncodePair(query, document, MaxTokens).Ids.Length;

    /// <summary>The model's own numbers, in the order of the documents.</summary>
    public async Task<float[]> ScoreAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellationToken)
        => await model.ScoreAsync(query, [.. documents.Select(static document => document.AsMemory())], cancellationToken);

    public override RuntimeUse RuntimeUse => model.RuntimeUse;

    public override ValueTask DisposeAsync() => model.DisposeAsync();
}
