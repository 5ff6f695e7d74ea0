using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Synapse.Embedding;

/// <summary>Registers the catalogue of embedders.</summary>
public static class EmbeddingRegistration
{
    /// <summary>Adds a catalogue with the registered <see cref="IEmbedder"/> alone, unless there is a catalogue already.</summary>
    public static IServiceCollection AddBuiltInEmbedders(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IEmbedders>(static provider => new Embedders(provider.GetRequiredService<IEmbedder>()));
        return services;
    }
}
