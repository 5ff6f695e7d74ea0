using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.LocalModels;
using Synapse.Postgres;
using Synapse.PostgresServers;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite;
using Synapse.Storage;

namespace Synapse.Eval;

/// <summary>A store with every set as a collection, indexed as the product indexes folders.</summary>
internal sealed class EvaluationLibrary : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly Dictionary<string, long> _collectionIds = [];

    private readonly PostgresServer? _server;

    private EvaluationLibrary(Action<IServiceCollection> useStore, PostgresServer? server)
    {
        _server = server;
        var services = new ServiceCollection();
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddOptions();
        useStore(services);
        services.UseStaticEmbedder();
        services.AddSynapseIngestion();
        services.AddSynapseRetrieval();
        _services = services.BuildServiceProvider();
    }

    /// <summary>Keeps the sets in a SQLite file.</summary>
    public static EvaluationLibrary OnSqlite(string dataFolder) => new(services => services.UseSqlite(dataFolder), server: null);

    /// <summary>Keeps the sets in a PostgreSQL server of its own, which ends with it.</summary>
    public static async Task<EvaluationLibrary> OnPostgresAsync(CancellationToken cancellationToken)
    {
        var server = await PostgresServer.StartAsync(new PostgresServerOptions(), cancellationToken);
        var database = await server.CreateDatabaseAsync(cancellationToken);
        var settings = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create<string, string?>(DatabaseAddress.Variable, database.Url)]).Build();
        return new(services => services.UsePostgres(_ => DatabaseAddress.Read(settings, [])!), server);
    }

    public ISearchStore Store => _services.GetRequiredService<ISearchStore>();

    public ILibraryStore Catalogue => _services.GetRequiredService<ILibraryStore>();

    public IEmbedders Embedders => _services.GetRequiredService<IEmbedders>();

    public TextAnalyzer Analyzer => _services.GetRequiredService<TextAnalyzer>();

    /// <summary>Embeds a query as the searcher does.</summary>
    public async ValueTask<QueryEmbeddings> EmbedAsync(string query, CancellationToken cancellationToken)
        => QueryEmbeddings.Of(await Embedders.BuiltIn.GetSpaceAsync(cancellationToken), await Embedders.BuiltIn.EmbedQueryAsync(query, cancellationToken));

    /// <summary>The collection of a set.</summary>
    public long CollectionOf(TestSet set) => _collectionIds[set.Name];

    /// <summary>Indexes a set.</summary>
    /// <returns>Documents and chunks.</returns>
    public async Task<IngestionProgress> AddAsync(TestSet set, CancellationToken cancellationToken)
    {
        var collection = await Catalogue.CreateCollectionAsync(set.Name, cancellationToken);
        var source = await Catalogue.AddSourceAsync(collection.Id, SourceKind.Folder, set.Folder, cancellationToken);
        var outcome = await _services.GetRequiredService<IngestionPipeline>().RunAsync(source, null, new IngestionWork(null, _ => { }), cancellationToken);
        _collectionIds.Add(set.Name, collection.Id);
        return outcome.Progress;
    }

    /// <summary>Lets the store do what it would do by and by, so that what is measured is its state at rest.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (_services.GetService<PostgresStore>() is { } store)
        {
            await store.MaintainAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
