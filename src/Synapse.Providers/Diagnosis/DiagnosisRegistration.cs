using Microsoft.Extensions.DependencyInjection;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Policy;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Providers.Diagnosis;

/// <summary>Registers what finds out what is wrong with providers.</summary>
public static class DiagnosisRegistration
{
    /// <summary>Adds <see cref="IProviderDoctor"/>. Needs what <see cref="ProvidersRegistration.AddProviders"/> adds, a store, and <see cref="IEmbedders"/>.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="settings">The providers, as given to that method.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddProviderDiagnosis(this IServiceCollection services, IReadOnlyList<ProviderSettings> settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton<IProviderDoctor>(provider => new ProviderDoctor(
            settings,
            provider.GetRequiredService<ProviderConnections>(),
            provider.GetRequiredService<IEgress>(),
            provider.GetRequiredService<IEmbedders>(),
            (scope, cancellationToken) => ListAsync(provider.GetRequiredService<ILibraryStore>(), provider.GetRequiredService<IIngestionStore>(), scope, cancellationToken),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    private static async ValueTask<IReadOnlyList<(string Collection, EmbeddingSpace Space)>> ListAsync(
        ILibraryStore library, IIngestionStore store, AccessScope scope, CancellationToken cancellationToken)
    {
        var stored = new List<(string Collection, EmbeddingSpace Space)>();
        foreach (var summary in await library.ListCollectionsAsync(scope, cancellationToken))
        {
            if (await store.FindEmbeddingSpaceAsync(summary.Collection.Id, cancellationToken) is { } space)
            {
                stored.Add((summary.Collection.Name, space));
            }
        }

        return stored;
    }
}
