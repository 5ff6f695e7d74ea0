using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Synapse.Answering;
using Synapse.Answering.Generation;
using Synapse.Chat;
using Synapse.Embedding;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Switching;

namespace Synapse;

/// <summary>Registers search and answers.</summary>
public static class RetrievalServiceCollectionExtensions
{
    /// <summary>Adds the <see cref="Searcher"/> and the answers: with the <see cref="IChatModels"/> when they are registered, else without a chat model. A search store, a library store and a built-in embedder must be registered too; bind <see cref="RetrievalOptions"/> to configure.</summary>
    /// <param name="services">Where to add them.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSynapseRetrieval(this IServiceCollection services)
    {
        services.AddOptions<RetrievalOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TextAnalyzer>();
        services.AddBuiltInEmbedders();
        services.TryAddSingleton<Searcher>();
        services.TryAddSingleton<ModelSwitching>();
        services.TryAddSingleton(PromptTemplates.Default);
        services.TryAddSingleton<ExtractiveAnswerer>();
        services.TryAddSingleton(CreateRouter);
        services.TryAddSingleton<IAnswerer>(provider => provider.GetRequiredService<AnswerRouter>());
        return services;
    }

    // Without chat models in the process there is nothing to generate with, and nothing else is missing.
    private static AnswerRouter CreateRouter(IServiceProvider provider)
    {
        var models = provider.GetService<IChatModels>();
        var generative = models is null ? null : ActivatorUtilities.CreateInstance<GenerativeAnswerer>(provider);
        return new AnswerRouter(provider.GetRequiredService<ExtractiveAnswerer>(), generative, models);
    }
}
