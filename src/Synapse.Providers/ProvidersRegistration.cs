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
    /// Adds <see cref="IChatModels"/>, <see cref="IProviderStatuses"/> and <see cref="ProviderCircuits"/>, <see cref="ProviderEmbedder"/> when a provider embeds, and <see cref="IReranker"/> when one reranks. The
    /// embedder is not registered as the process's <c>IEmbedder</c>: which one a collection uses is the composition's choice. Needs an <see cref="IEgress"/>. Nothing is
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
        if (settings.Any(item => item.EmbeddingModel is not null))
        {
            services.AddSingleton(NewEmbedder);
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

    // The first that embeds; after it those that are configured to give embeddings of the same space and are no farther away.
    private static ProviderEmbedder NewEmbedder(IServiceProvider provider)
    {
        var able = provider.GetRequiredService<ProviderConnections>().All.Where(connection => connection.Settings.EmbeddingModel is not null).ToArray();
        var first = able[0].Settings;
        var same = able.Where(connection => IsSameSpace(first, connection.Settings) && (connection.Settings.IsLocal || !first.IsLocal));
        var retries = provider.GetRequiredService<RetryPolicy>();
        var time = provider.GetRequiredService<TimeProvider>();
        return new([.. same.Select(connection => new EmbeddingSource(connection, retries, time))], provider.GetRequiredService<ILogger<ProviderEmbedder>>());
    }

    private static bool IsSameSpace(ProviderSettings one, ProviderSettings other)
        => one.EmbeddingModel == other.EmbeddingModel
            && one.EmbeddingDimensions == other.EmbeddingDimensions
            && one.QueryPrefix == other.QueryPrefix
            && one.PassagePrefix == other.PassagePrefix;
}
