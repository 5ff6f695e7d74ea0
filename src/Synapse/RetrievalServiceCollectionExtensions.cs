using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Synapse.Answering;
using Synapse.Embedding;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;

namespace Synapse;

/// <summary>Registers search and answers.</summary>
public static class RetrievalServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="Searcher"/> and the answers that need no chat model. A search store, a library store and a built-in embedder must be registered too; bind <see cref="RetrievalOptions"/> to configure.</summary>
    /// <param name="services">Where to add them.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSynapseRetrieval(this IServiceCollection services)
    {
        services.AddOptions<RetrievalOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TextAnalyzer>();
        services.AddBuiltInEmbedders();
        services.TryAddSingleton<Searcher>();
        services.TryAddSingleton<IAnswerer, ExtractiveAnswerer>();
        return services;
    }
}
