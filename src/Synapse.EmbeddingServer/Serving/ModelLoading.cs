using Synapse.EmbeddingServer.Hosting;
using Synapse.Errors;
using Synapse.LocalModels.Catalogue;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>Loads the models while the service already tells that they load; a model that cannot be loaded stops the process.</summary>
internal sealed partial class ModelLoading(
    ServiceOptions options, IModelLoader loader, LoadedModels models, IHostApplicationLifetime lifetime, TimeProvider timeProvider, ILogger<ModelLoading> logger) : BackgroundService
{
    /// <summary>Why the models could not be loaded; null when they could.</summary>
    public string? Failure { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.UnsafeRegister(static source => ((TaskCompletionSource)source!).TrySetResult(), started);
        try
        {
            // A service that cannot listen loads nothing.
            await started.Task.WaitAsync(stoppingToken);

            await LoadAllAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop: no failure.
        }
    }

    private async Task LoadAllAsync(CancellationToken stoppingToken)
    {
        foreach (var source in options.Models)
        {
            try
            {
                stoppingToken.ThrowIfCancellationRequested();
                await LoadAsync(source, stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                var reason = error is SynapseException ? error.Message : $"A fault of this program ({error.GetType().Name}: {error.Message}).";
                var cure = error is ModelDamagedException ? $" {ModelFolders.FolderCure(Path.GetDirectoryName(source.Folder)!)}".TrimEnd() : "";
                Failure = $"the model '{source.Name}' cannot be loaded from '{source.Folder}'. {reason}{cure}";
                lifetime.StopApplication();
                return;
            }
        }

        models.Complete();
        LogReady(options.Models.Count);
    }

    private async Task LoadAsync(ModelSource source, CancellationToken stoppingToken)
    {
        var start = timeProvider.GetTimestamp();
        var model = await loader.LoadAsync(source, stoppingToken);
        models.Add(model);
        LogLoaded(model.Name, model.Kind, model.RunsOnCuda ? "cuda" : "cpu", model.MaxTokens, model.ParameterBytes, timeProvider.GetElapsedTime(start).TotalMilliseconds);
    }

    [LoggerMessage(LogLevel.Information, "Loaded the model '{Model}' ({Kind}, {Device}, at most {MaxTokens} tokens, {Bytes} bytes) in {ElapsedMs:0} ms")]
    private partial void LogLoaded(string model, ModelKind kind, string device, int maxTokens, long bytes, double elapsedMs);

    [LoggerMessage(LogLevel.Information, "Ready; models: {Count}")]
    private partial void LogReady(int count);
}
