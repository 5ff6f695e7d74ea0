using Synapse.Hubs;
using Synapse.LocalModels.Downloading;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Packing;
using Synapse.LocalModels.Tests.Onnx;
using Synapse.Privacy;
using Synapse.TinyModels;

namespace Synapse.LocalModels.Tests.TestSupport;

/// <summary>A hub with one tiny model, and a folder of models beside it.</summary>
internal sealed class HubBench : IAsyncDisposable
{
    public const string Id = "owner/tiny";
    public const string Name = "owner--tiny";
    public const string Weights = "onnx/model.onnx";

    private readonly TemporaryFolder _folder = new();

    /// <param name="authority">Signed the hub's certificate, and is trusted; null for a hub without TLS.</param>
    public HubBench(HubAuthority? authority = null)
    {
        Egress = new TestEgress(root: authority?.Root);
        Source = TinyModelFolder.WriteSentenceModel(_folder["source"], new EncoderShape());
        Model = HubModel.Of(Id, Source.Path);
        Model.Files["pytorch_model.bin"] = [1, 2, 3];
        Model.Files["modeling.py"] = "import os"u8.ToArray();
        Hub = FakeHub.Start(authority, Model);
        Store = new ModelStore(_folder["models"]);
    }

    public TinyModelFolder Source { get; }

    public HubModel Model { get; }

    public FakeHub Hub { get; }

    public ModelStore Store { get; }

    public TestEgress Egress { get; init; }

    /// <summary>Times that were waited before another attempt.</summary>
    public List<TimeSpan> Waits { get; } = [];

    public long FreeBytes { get; set; } = long.MaxValue;

    public string? Token { get; set; }

    public long MaxModelBytes { get; set; } = 100_000_000;

    public IReadOnlyList<string>? DownloadHosts { get; set; }

    public string Folder => Store.Paths.Installed(Name);

    public string Part => Path.Combine(Store.Paths.Incoming(Name), Model.Commit, "onnx", "model.onnx.part");

    public string this[string name] => _folder[name];

    public ModelStoreOptions Options => new()
    {
        Folder = Store.Folder,
        Hub = Hub.Address,
        Token = Token,
        MaxModelBytes = MaxModelBytes,
        DownloadHosts = DownloadHosts ?? [Hub.StorageHost],
        ReachOf = static uri => uri.IsLoopback || uri.Host.EndsWith(".localhost", StringComparison.Ordinal) ? AddressReach.Loopback : AddressReach.Public,
    };

    public ModelImport Import => new(Store, Options);

    public async Task<(PullCompleted Completed, List<PullEvent> Events)> PullAsync(PullRequest? request = null, CancellationToken? cancellationToken = null)
    {
        var downloads = new ModelDownloads(Store, Options, Egress, TimeProvider.System)
        {
            Wait = (delay, _) =>
            {
                Waits.Add(delay);
                return Task.CompletedTask;
            },
            FreeBytes = _ => FreeBytes,
        };
        var events = new List<PullEvent>();
        await foreach (var happened in downloads.PullAsync(request ?? new PullRequest(Id), cancellationToken ?? TestContext.Current.CancellationToken))
        {
            events.Add(happened);
        }

        return (Assert.IsType<PullCompleted>(events[^1]), events);
    }

    /// <summary>Changes replies that carry the weights; the first has the number 1.</summary>
    public void ChangeWeights(Func<int, HubRequest, HubReply, HubReply> change)
    {
        var count = 0;
        Hub.Change = (request, reply) => request.IsStorage ? change(Interlocked.Increment(ref count), request, reply) : reply;
    }

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        _folder.Dispose();
    }
}
