using Synapse.EmbeddingServer.Hosting;
using Synapse.Errors;
using Synapse.LocalModels.Onnx;
using Synapse.LocalModels.Tokenizing;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>Loads models in ONNX as the settings say.</summary>
internal sealed class OnnxModelLoader(ServiceOptions options, TimeProvider timeProvider) : IModelLoader
{
    /// <inheritdoc/>
    public ServedModel Load(ModelSource source) => source.FindKind() is ModelKind.Rerank ? LoadReranker(source) : LoadEmbedder(source);

    private EmbeddingModel LoadEmbedder(ModelSource source)
    {
        var model = SentenceModel.Load(source.Folder, new SentenceModelOptions
        {
            Name = source.Name,
            Weights = options.Weights,
            Device = options.Device,
            Threads = options.Threads,
            MaxBatchTokens = BatchTokens(options, source),
            MaxWaitingInputs = options.MaxWaitingInputs,
            MaxWaitingTokens = options.MaxWaitingTokens,
            QueryPrefix = options.QueryPrefix,
            PassagePrefix = options.PassagePrefix,
        });
        return new EmbeddingModel(source.Name, model) { LoadedAt = timeProvider.GetUtcNow() };
    }

    private RerankModel LoadReranker(ModelSource source)
    {
        var (model, onCuda) = LoadCrossEncoder(source);
        return new RerankModel(source.Name, model, TextTokenizer.Load(source.Folder), onCuda) { LoadedAt = timeProvider.GetUtcNow() };
    }

    // A cross-encoder does not tell what it runs on, so that 'auto' is tried out here: CUDA first.
    private (CrossEncoder Model, bool OnCuda) LoadCrossEncoder(ModelSource source)
    {
        if (options.Device is not OnnxDevice.Auto)
        {
            return (LoadCrossEncoder(source, options.Device), options.Device is OnnxDevice.Cuda);
        }

        try
        {
            return (LoadCrossEncoder(source, OnnxDevice.Cuda), true);
        }
        catch (ModelRuntimeException)
        {
            return (LoadCrossEncoder(source, OnnxDevice.Cpu), false);
        }
    }

    private CrossEncoder LoadCrossEncoder(ModelSource source, OnnxDevice device) => CrossEncoder.Load(source.Folder, new CrossEncoderOptions
    {
        Name = source.Name,
        Weights = options.Weights,
        Device = device,
        Threads = options.Threads,
        MaxBatchTokens = BatchTokens(options, source),
        MaxWaitingInputs = options.MaxWaitingInputs,
        MaxWaitingTokens = options.MaxWaitingTokens,

        // Each request chooses between the number and its sigmoid.
        Activation = ScoreActivation.Logit,
    });

    /// <summary>Most tokens of a run; null for what suits the device.</summary>
    public static int? BatchTokens(ServiceOptions options, ModelSource source)
        => options.BatchTokens ?? (options.BatchSize is { } inputs ? (int)Math.Min(ServiceOptions.MostBatchTokens, (long)inputs * source.FindMaxTokens()) : null);
}
