using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Synapse.Privacy;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Postgres;

/// <summary>Registers the team store.</summary>
public static class PostgresRegistration
{
    /// <summary>
    /// Keeps everything in a PostgreSQL database. The store is opened when a port is first asked for, and closed with the provider. How it uses the database,
    /// <see cref="PostgresOptions"/> say; how long the ledger remembers is the egress policy's, where one is registered.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="address">Tells the database, from the options for example.</param>
    /// <param name="replica">A standby of it, for searches; null for none.</param>
    public static IServiceCollection UsePostgres(this IServiceCollection services, Func<IServiceProvider, DatabaseAddress> address, DatabaseAddress? replica = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<PostgresOptions>().ValidateDataAnnotations();
        services.AddSingleton(provider => Open(provider, address(provider), replica));
        services.AddSingleton<ILibraryStore>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<IIngestionStore>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<IEmbeddingCache>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<IJobStore>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<ISwitchStore>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<ISearchStore>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<IEgressLedger>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<ISignInStore>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<IStoreDoctor>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<IStoreMeter>(provider => provider.GetRequiredService<PostgresStore>());
        services.AddSingleton<IProtectionKeyStore>(provider => provider.GetRequiredService<PostgresStore>());
        return services;
    }

    private static PostgresStore Open(IServiceProvider provider, DatabaseAddress address, DatabaseAddress? replica)
    {
        var store = PostgresStore.Open(
            address, provider.GetRequiredService<IOptions<PostgresOptions>>().Value, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PostgresStore>>(), replica);
        if (provider.GetService<EgressPolicy>() is { } policy)
        {
            store.LedgerRetention = policy.Retention;
        }

        return store;
    }
}
