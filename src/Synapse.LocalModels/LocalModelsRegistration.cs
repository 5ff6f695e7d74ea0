using Microsoft.Extensions.DependencyInjection;
using Synapse.Embedding;
using Synapse.LocalModels.Downloading;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Packing;
using Synapse.LocalModels.Static;
using Synapse.Retrieval.Reranking;

namespace Synapse.LocalModels;

/// <summary>Registers models that run in this process.</summary>
public static class LocalModelsRegistration
{
    /// <summary>Embeds with the built-in static model, which needs no download and no configuration.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection UseStaticEmbedder(this IServiceCollection services) => services.AddSingleton<IEmbedder>(static _ => new StaticEmbedder());

    /// <summary>Adds the folder of models, and what fetches, packs and imports them.</summary>
    /// <param name="services">The services; <see cref="Privacy.IEgress"/> has to be among them.</param>
    /// <param name="options">Where models lie, and where they come from.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddModelStore(this IServiceCollection services, ModelStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return services.AddSingleton(options).AddSingleton(new ModelStore(options.Folder)).AddSingleton<ModelDownloads>().AddSingleton<ModelBundle>().AddSingleton<ModelImport>();
    }

    /// <summary>Adds the models in ONNX that were chosen: a <see cref="DeferredEmbedder"/> for each, which is not the process's <see cref="IEmbedder"/>, and an <see cref="IReranker"/>. Needs a <see cref="ModelStore"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">Which.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddLocalModels(this IServiceCollection services, LocalModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var model in options.Embeddings)
        {
            services.AddSingleton(provider => new DeferredEmbedder(model, options, provider.GetRequiredService<ModelStore>()));
        }

        if (options.Rerank is { Length: > 0 })
        {
            services.AddSingleton<IReranker>(provider => new CrossEncoderReranker(options, provider.GetRequiredService<ModelStore>()));
        }

        return services;
    }
}
