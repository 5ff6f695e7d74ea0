using Synapse.EmbeddingServer.Hosting;
using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>Loads models in ONNX as the settings say.</summary>
internal sealed class OnnxModelLoader(ServiceOptions options, TimeProvider timeProvider) : IModelLoader
{
    /// <inheritdoc/>
    public async Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken)
    {
        await (source.Installed?.RequireWholeAsync(cancellationToken) ?? Task.CompletedTask);

        // What native code does cannot be interrupted; whoever stops the service does not wait for it.
        return await Task.Run(() => Load(source), CancellationToken.None).WaitAsync(cancellationToken);
    }

    /// <summary>Most tokens of a run; null for what suits the device.</summary>
    public static int? BatchTokens(ServiceOptions options, ModelSource source)
        => options.BatchTokens ?? (options.BatchSize is { } inputs ? (int)Math.Min(ServiceOptions.MostBatchTokens, (long)inputs * source.FindMaxTokens()) : null);

    private ServedModel Load(ModelSource source) => ModelKinds.Read(source.Folder) is ModelKind.Reranker
        ? new RerankModel(source.Name, CrossEncoder.Load(source.Folder, RerankOptions(source))) { LoadedAt = timeProvider.GetUtcNow() }
        : new EmbeddingModel(source.Name, SentenceModel.Load(source.Folder, EmbeddingOptions(source))) { LoadedAt = timeProvider.GetUtcNow() };

    /// <summary>What the settings say stands before an input, else what the catalogue says; null for what the model itself says.</summary>
    private static string? Prefix(string? setting, string? known) => setting ?? (known is { Length: > 0 } ? known : null);

    private SentenceModelOptions EmbeddingOptions(ModelSource source) => new()
    {
        Name = source.Name,
        Weights = options.Weights,
        Device = options.Device,
        Threads = options.Threads,
        MaxBatchTokens = BatchTokens(options, source),
        MaxCallTokens = options.MaxRequestTokens,
        MaxWaitingInputs = options.MaxWaitingInputs,
        MaxWaitingTokens = options.MaxWaitingTokens,
        QueryPrefix = Prefix(options.QueryPrefix, source.Installed?.Known?.QueryPrefix),
        PassagePrefix = Prefix(options.PassagePrefix, source.Installed?.Known?.PassagePrefix),
    };

    private CrossEncoderOptions RerankOptions(ModelSource source) => new()
    {
        Name = source.Name,
        Weights = options.Weights,
        Device = options.Device,
        Threads = options.Threads,
        MaxBatchTokens = BatchTokens(options, source),
        MaxCallTokens = options.MaxRequestTokens,
        MaxWaitingInputs = options.MaxWaitingInputs,
        MaxWaitingTokens = options.MaxWaitingTokens,

        // Each request chooses between the number and its sigmoid.
        Activation = ScoreActivation.Logit,
    };
}
