using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>A model that scores how well documents fit a query.</summary>
/// <param name="name">What clients call it.</param>
/// <param name="model">The model, loaded so that it gives its own numbers; disposed with this.</param>
internal sealed class RerankModel(string name, CrossEncoder model) : ServedModel(name)
{
    public override ModelKind Kind => ModelKind.Reranker;

    public override int MaxTokens => model.MaxTokens;

    public override long ParameterBytes => model.ParameterBytes;

    public override string WeightsSha256 => model.WeightsSha256;

    public override bool RunsOnCuda => model.RunsOnCuda;

    public override QueueLength Waiting => model.Waiting;

    /// <summary>The model's own numbers, in the order of the documents.</summary>
    public async Task<PassageScores> ScoreAsync(string query, IReadOnlyList<string> documents, CancellationToken cancellationToken)
        => await model.ScoreAsync(query, [.. documents.Select(static document => document.AsMemory())], cancellationToken);

    public override RuntimeUse RuntimeUse => model.RuntimeUse;

    public override ValueTask DisposeAsync() => model.DisposeAsync();
}
