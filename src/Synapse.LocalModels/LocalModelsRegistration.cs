using Microsoft.Extensions.DependencyInjection;
using Synapse.Embedding;
using Synapse.LocalModels.Static;

namespace Synapse.LocalModels;

/// <summary>Registers models that run in this process.</summary>
public static class LocalModelsRegistration
{
    /// <summary>Embeds with the built-in static model, which needs no download and no configuration.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection UseStaticEmbedder(this IServiceCollection services) => services.AddSingleton<IEmbedder>(static _ => new StaticEmbedder());
}
