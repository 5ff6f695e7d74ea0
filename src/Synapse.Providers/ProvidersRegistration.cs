using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Synapse.Chat;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Embedding;
using Synapse.Providers.Metering;
using Synapse.Providers.Policy;
using Synapse.Providers.Reranking;
using Synapse.Retrieval.Reranking;
using Synapse.Telemetry;

namespace Synapse.Providers;

/// <summary>Brings the configured model servers into a process.</summary>
public static class ProvidersRegistration
{
    /// <summary>
    /// Adds <see cref="IChatModels"/>, <see cref="IProviderStatuses"/> and <see cref="ProviderCircuits"/>, a <see cref="ProviderEmbedder"/> for each space that providers embed in, and <see cref="IReranker"/> when one reranks. The
    /// embedders are not registered as the process's <c>IEmbedder</c>: which one a collection uses is the composition's choice. Needs an <see cref="IEgress"/>. Nothing is
    /// connected to before the first request.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="settings">The providers in the order in which they are asked; checked already. May be empty.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddProviders(this IServiceCollection services, IReadOnlyList<ProviderSettings> settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new ProviderConnections(
            settings, provider.GetRequiredService<IEgress>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new RetryPolicy(Random.Shared.NextDouble));
        services.AddSingleton<IChatModels>(provider => new ChatModels(
            provider.GetRequiredService<ProviderConnections>().All,
            provider.GetRequiredService<IEgress>(),
            provider.GetRequiredService<RetryPolicy>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ChatModels>>()));
        services.AddSingleton<IProviderStatuses>(provider => new ProviderStatuses(provider.GetRequiredService<ProviderConnections>().All));
        services.AddSingleton(provider => new ProviderCircuits(provider.GetRequiredService<ProviderConnections>().All));
        foreach (var space in settings.Where(static item => item.EmbeddingModel is not null).GroupBy(SpaceOf))
        {
            var names = space.Select(static item => item.Name).ToHashSet(StringComparer.Ordinal);
            services.AddSingleton(provider => NewEmbedder(provider, names));
        }

        if (settings.Any(item => item.RerankModel is not null))
        {
            services.AddSingleton<IReranker>(provider => new ProviderReranker(
                [.. provider.GetRequiredService<ProviderConnections>().All.Where(connection => connection.Settings.RerankModel is not null)],
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ProviderReranker>>()));
        }

        return services;
    }

    // The first of a space; after it those that are configured to give embeddings of the same space and are no farther away.
    private static ProviderEmbedder NewEmbedder(IServiceProvider provider, HashSet<string> names)
    {
        var able = provider.GetRequiredService<ProviderConnections>().All.Where(connection => names.Contains(connection.Settings.Name)).ToArray();
        var same = able.Where(connection => connection.Settings.IsLocal || !able[0].Settings.IsLocal);
        var retries = provider.GetRequiredService<RetryPolicy>();
        var time = provider.GetRequiredService<TimeProvider>();
        return new([.. same.Select(connection => new EmbeddingSource(connection, retries, time))], provider.GetRequiredService<ILogger<ProviderEmbedder>>());
    }

    private static (string?, int?, string, string) SpaceOf(ProviderSettings settings)
        => (settings.EmbeddingModel, settings.EmbeddingDimensions, settings.QueryPrefix, settings.PassagePrefix);
}
