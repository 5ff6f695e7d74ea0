using Synapse.EmbeddingServer.Hosting;
using Synapse.Errors;

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

            // Loading cannot be interrupted; whoever stops the service does not wait for it.
            await Task.Run(() => LoadAll(stoppingToken), CancellationToken.None).WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop: no failure.
        }
    }

    private void LoadAll(CancellationToken stoppingToken)
    {
        foreach (var source in options.Models)
        {
            try
            {
                stoppingToken.ThrowIfCancellationRequested();
                Load(source);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                var reason = error is SynapseException ? error.Message : $"A fault of this program ({error.GetType().Name}: {error.Message}).";
                Failure = $"the model '{source.Name}' cannot be loaded from '{source.Folder}'. {reason}";
                lifetime.StopApplication();
                return;
            }
        }

        models.Complete();
        LogReady(options.Models.Count);
    }

    private void Load(ModelSource source)
    {
        var start = timeProvider.GetTimestamp();
        var model = loader.Load(source);
        models.Add(model);
        LogLoaded(model.Name, model.Kind, model.RunsOnCuda ? "cuda" : "cpu", model.MaxTokens, model.ParameterBytes, timeProvider.GetElapsedTime(start).TotalMilliseconds);
    }

    [LoggerMessage(LogLevel.Information, "Loaded the model '{Model}' ({Kind}, {Device}, at most {MaxTokens} tokens, {Bytes} bytes) in {ElapsedMs:0} ms")]
    private partial void LogLoaded(string model, ModelKind kind, string device, int maxTokens, long bytes, double elapsedMs);

    [LoggerMessage(LogLevel.Information, "Ready; models: {Count}")]
    private partial void LogReady(int count);
}
