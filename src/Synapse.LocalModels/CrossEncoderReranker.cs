using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Onnx;
using Synapse.Retrieval.Reranking;

namespace Synapse.LocalModels;

/// <summary>Reranks with a cross-encoder in this process, which is loaded when it is first needed.</summary>
public sealed class CrossEncoderReranker : IReranker, IAsyncDisposable
{
    private readonly Deferred<CrossEncoder> _model;

    /// <summary>A reranker.</summary>
    /// <param name="options">Which model; <see cref="LocalModelOptions.Rerank"/> is set.</param>
    /// <param name="store">Where models of a name lie.</param>
    public CrossEncoderReranker(LocalModelOptions options, ModelStore store)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(store);
        Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Rerank!));
        _model = new(() => CrossEncoder.Load(store.Find(options.Rerank!), options.ForReranking()));
    }

    /// <inheritdoc/>
    public string Model { get; }

    /// <inheritdoc/>
    /// <exception cref="Errors.ModelNotInstalledException">There is no model of the name; the message says how to get it.</exception>
    /// <exception cref="Errors.ModelFormatException">The model cannot be loaded.</exception>
    /// <exception cref="Errors.ModelBusyException">Too much waits already.</exception>
    public async ValueTask<IReadOnlyList<double>> ScoreAsync(string query, IReadOnlyList<RerankPassage> passages, CancellationToken cancellationToken)
    {
        var encoder = await _model.GetAsync(cancellationToken);
        var scored = await encoder.ScoreAsync(query, [.. passages.Select(static passage => passage.Text)], cancellationToken);
        return Array.ConvertAll(scored.Scores, static score => (double)score);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _model.DisposeAsync();
}
