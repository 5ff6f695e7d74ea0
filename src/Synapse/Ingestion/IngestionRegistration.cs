using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Synapse.Embedding;

namespace Synapse.Ingestion;

/// <summary>Registers ingestion.</summary>
public static class IngestionRegistration
{
    /// <summary>Adds the pipeline, the queue, the librarian and the watcher. A store and a built-in embedder have to be registered too; bind <see cref="IngestionOptions"/> and <see cref="EmbeddingOptions"/> to configure.</summary>
    public static IServiceCollection AddSynapseIngestion(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<IngestionOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddBuiltInEmbedders();
        services.AddOptions<EmbeddingOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<PassageCache>();
        services.TryAddSingleton<IngestionPipeline>();
        services.TryAddSingleton<IngestionQueue>();
        services.TryAddSingleton<Librarian>();
        services.TryAddSingleton<FolderWatcher>();
        return services;
    }
}
