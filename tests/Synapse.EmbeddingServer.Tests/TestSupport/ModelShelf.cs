using Synapse.EmbeddingServer.Hosting;
using Synapse.Hubs;
using Synapse.LocalModels.Downloading;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Packing;
using Synapse.Privacy;

namespace Synapse.EmbeddingServer.Tests.TestSupport;

/// <summary>A folder of models, which are fetched into it from a hub as <c>synapse models pull</c> does.</summary>
internal sealed class ModelShelf : IAsyncDisposable
{
    private readonly FakeHub _hub = FakeHub.Start();

    public TemporaryFolder Folder { get; } = new();

    /// <summary>The folder of models, in the data folder of Synapse.</summary>
    public string Root => Folder["data/models"];

    /// <summary>The data folder of Synapse.</summary>
    public string Data => Folder["data"];

    /// <summary>Puts a model on the hub and fetches it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="source">A folder with its files.</param>
    /// <returns>Its folder.</returns>
    public async Task<string> PullAsync(string id, string source)
    {
        _hub.Models.TryAdd(id, HubModel.Of(id, source));
        var options = new ModelStoreOptions { Folder = Root, Hub = _hub.Address, DownloadHosts = [_hub.StorageHost], ReachOf = static _ => AddressReach.Loopback };
        var store = new ModelStore(Root);
        PullEvent? last = null;
        await foreach (var happened in new ModelDownloads(store, options, new DirectEgress(), TimeProvider.System).PullAsync(new PullRequest(id), TestContext.Current.CancellationToken))
        {
            last = happened;
        }

        return Assert.IsType<PullCompleted>(last).Model.Path;
    }

    /// <summary>Brings the model of a folder in, as <c>synapse models import</c> does.</summary>
    public Task<ImportedModels> ImportAsync(string source)
        => new ModelImport(new ModelStore(Root), new ModelStoreOptions { Folder = Root }).RunAsync(source, name: null, TestContext.Current.CancellationToken);

    /// <summary>What the service makes of a choice of models, with this data folder.</summary>
    public (ServiceOptions Options, List<string> Faults) Choose(string models)
    {
        var faults = new List<string>();
        var options = new ServiceOptionsReader(new Dictionary<string, string> { ["MODEL_NAME"] = models, ["SYNAPSE_DATA"] = Data }, faults).Read();
        return (options, faults);
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        Folder.Dispose();
    }
}
