using Synapse.Embedding;
using Synapse.Errors;

namespace Synapse.LocalModels.Onnx;

/// <summary>Embeds queries and passages with a sentence-transformers model in this process.</summary>
public sealed class OnnxEmbedder : IEmbedder
{
    private readonly SentenceModel _model;
    private readonly TimeProvider _time;

    /// <summary>An embedder over a model.</summary>
    /// <param name="model">The model; its owner disposes it.</param>
    /// <param name="time">Measures the wait for a busy model; null takes the system's clock.</param>
    /// <exception cref="ModelFormatException">The model's embeddings do not have unit length: they cannot be compared by their cosine as those of other embedders are.</exception>
    public OnnxEmbedder(SentenceModel model, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.IsNormalized)
        {
            throw new ModelFormatException(model.Name, $"its embeddings do not have unit length{(model.Similarity is { } similarity ? $" (they are meant to be compared by {similarity})" : "")}; load it with Normalize to compare them by their cosine");
        }

        _model = model;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public bool IsLocal => true;

    /// <inheritdoc/>
    public EmbeddingBatchHint BatchHint => Hint;

    /// <summary>Passages of several documents at once fill runs with inputs of about the same length.</summary>
    internal static EmbeddingBatchHint Hint { get; } = new(Texts: 256, Requests: 2);

    /// <inheritdoc/>
    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => ValueTask.FromResult(_model.Space);

    /// <inheritdoc/>
    /// <exception cref="ModelBusyException">Too much waits already.</exception>
    /// <exception cref="ModelFailedException">The model failed on the query.</exception>
    public async ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var embedding = new float[_model.Dimensions];
        await _model.EmbedAsync([query.AsMemory()], TextSide.Query, embedding, cancellationToken);
        return embedding;
    }

    /// <inheritdoc/>
    /// <remarks>Nobody waits for passages as for a question: a busy model is waited for.</remarks>
    /// <exception cref="ModelFailedException">The model failed on a passage.</exception>
    public async ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        for (; ; )
        {
            try
            {
                await _model.EmbedAsync(passages, TextSide.Passage, destination, cancellationToken);
                return;
            }
            catch (ModelBusyException busy)
            {
                await Task.Delay(busy.RetryAfter, _time, cancellationToken);
            }
        }
    }
}
