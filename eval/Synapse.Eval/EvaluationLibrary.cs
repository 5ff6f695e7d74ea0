using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.LocalModels;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite;
using Synapse.Storage;

namespace Synapse.Eval;

/// <summary>A store in a temporary folder with every set as a collection, indexed as the product indexes folders.</summary>
internal sealed class EvaluationLibrary : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly Dictionary<string, long> _collectionIds = [];

    public EvaluationLibrary(string dataFolder)
    {
        var services = new ServiceCollection();
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddOptions();
        services.UseSqlite(dataFolder);
        services.UseStaticEmbedder();
        services.AddSynapseIngestion();
        services.AddSynapseRetrieval();
        _services = services.BuildServiceProvider();
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
        var outcome = await _services.GetRequiredService<IngestionPipeline>().RunAsync(source, null, _ => { }, cancellationToken);
        _collectionIds.Add(set.Name, collection.Id);
        return outcome.Progress;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
