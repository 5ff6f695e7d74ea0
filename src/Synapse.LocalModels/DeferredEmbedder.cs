using Synapse.Embedding;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Onnx;

namespace Synapse.LocalModels;

/// <summary>An embedder whose model is loaded when it is first needed, so that a command that does not embed does not pay for it.</summary>
public sealed class DeferredEmbedder : IEmbedder, IAsyncDisposable
{
    private readonly Deferred<SentenceModel> _model;

    /// <summary>An embedder.</summary>
    /// <param name="model">Which model: one of those that <see cref="LocalModelOptions.Embedding"/> names.</param>
    /// <param name="options">How models run.</param>
    /// <param name="store">Where models of a name lie.</param>
    public DeferredEmbedder(string model, LocalModelOptions options, ModelStore store)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(store);
        _model = new(() => SentenceModel.Load(store.Find(model), options.ForEmbedding(model)));
    }

    /// <inheritdoc/>
    public bool IsLocal => true;

    /// <inheritdoc/>
    public EmbeddingBatchHint BatchHint => OnnxEmbedder.Hint;

    /// <inheritdoc/>
    /// <exception cref="Errors.ModelNotInstalledException">There is no model of the name; the message says how to get it.</exception>
    /// <exception cref="Errors.ModelFormatException">The model cannot be loaded.</exception>
    public async ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => (await _model.GetAsync(cancellationToken)).Space;

    /// <inheritdoc/>
    public async ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken)
        => await new OnnxEmbedder(await _model.GetAsync(cancellationToken)).EmbedQueryAsync(query, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
        => await new OnnxEmbedder(await _model.GetAsync(cancellationToken)).EmbedPassagesAsync(passages, destination, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _model.DisposeAsync();
}
