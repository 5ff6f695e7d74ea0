using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Synapse.Privacy;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Sqlite;

/// <summary>Registers the embedded store.</summary>
public static class SqliteRegistration
{
    /// <summary>Keeps everything in one SQLite file of a data folder. The store is opened when a port is first asked for, and closed with the provider.</summary>
    /// <param name="services">The services.</param>
    /// <param name="dataFolder">The folder.</param>
    public static IServiceCollection UseSqlite(this IServiceCollection services, string dataFolder) => services.UseSqlite(_ => dataFolder);

    /// <summary>Keeps everything in one SQLite file of a data folder. The store is opened when a port is first asked for, and closed with the provider. How long the ledger remembers is the egress policy's, where one is registered.</summary>
    /// <param name="services">The services.</param>
    /// <param name="dataFolder">Tells the folder, from the options for example.</param>
    public static IServiceCollection UseSqlite(this IServiceCollection services, Func<IServiceProvider, string> dataFolder)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => Open(provider, dataFolder(provider)));
        services.AddSingleton<ILibraryStore>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IIngestionStore>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IEmbeddingCache>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IJobStore>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<ISearchStore>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<ISwitchStore>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IEgressLedger>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IStoreDoctor>(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IStoreMeter>(provider => provider.GetRequiredService<SqliteStore>());
        return services;
    }

    private static SqliteStore Open(IServiceProvider provider, string dataFolder)
    {
        var store = SqliteStore.Open(dataFolder, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SqliteStore>>());
        if (provider.GetService<EgressPolicy>() is { } policy)
        {
            store.LedgerRetention = policy.Retention;
        }

        return store;
    }
}
