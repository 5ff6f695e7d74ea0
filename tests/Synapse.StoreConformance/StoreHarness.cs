using Microsoft.Extensions.Time.Testing;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.StoreConformance;

/// <summary>A place of one test where a store keeps its things, with a store that can be closed and opened again.</summary>
public abstract class StoreHarness : IAsyncDisposable
{
    /// <summary>The space of collections that name no other.</summary>
    public static readonly EmbeddingSpace Space = new("test", 64);

    private IDisposable? _store;

    /// <summary>The store's time.</summary>
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    /// <summary>The catalogue.</summary>
    public ILibraryStore Library => Port<ILibraryStore>();

    /// <summary>Where documents are written.</summary>
    public IIngestionStore Ingestion => Port<IIngestionStore>();

    /// <summary>Where embeddings are kept by text.</summary>
    public IEmbeddingCache Cache => Port<IEmbeddingCache>();

    /// <summary>Where jobs are kept.</summary>
    public IJobStore Jobs => Port<IJobStore>();

    /// <summary>Where views are opened.</summary>
    public ISearchStore Search => Port<ISearchStore>();

    /// <summary>Where collections switch models.</summary>
    public ISwitchStore Switching => Port<ISwitchStore>();

    /// <summary>The ledger.</summary>
    public IEgressLedger Ledger => Port<IEgressLedger>();

    /// <summary>Makes the place.</summary>
    public abstract ValueTask PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Lets time pass on the clock by which the store measures leases, delays and waiting.</summary>
    public abstract ValueTask PassTimeAsync(TimeSpan time, CancellationToken cancellationToken);

    /// <summary>Loses whoever holds leases now, as when its process is killed: what it holds can be claimed by others.</summary>
    public abstract ValueTask LoseHoldersAsync(CancellationToken cancellationToken);

    /// <summary>Sets how long the ledger remembers.</summary>
    public void KeepLedger(EgressRetention retention) => SetRetention(_store ??= Open(), retention);

    /// <summary>Does at once what the store does by and by, such as merging.</summary>
    public ValueTask RunMaintenanceAsync(CancellationToken cancellationToken) => MaintainAsync(_store ??= Open(), cancellationToken);

    /// <summary>Closes the store; what next needs it opens it again.</summary>
    public void Close()
    {
        _store?.Dispose();
        _store = null;
    }

    /// <summary>Makes a collection with one source, ready for commits.</summary>
    public async Task<(Collection Collection, Source Source)> AddCollectionAsync(string name, EmbeddingSpace? space = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var collection = await Library.CreateCollectionAsync(name, cancellationToken);
        await Ingestion.UseEmbeddingSpaceAsync(collection.Id, space ?? Space, cancellationToken);
        var source = await Library.AddSourceAsync(collection.Id, SourceKind.Folder, "/" + name, cancellationToken);
        return (collection, source);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        await RemoveAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the store.</summary>
    protected abstract IDisposable Open();

    /// <summary>Removes the place.</summary>
    protected abstract ValueTask RemoveAsync();

    /// <summary>Sets how long the ledger of a store remembers.</summary>
    protected abstract void SetRetention(IDisposable store, EgressRetention retention);

    /// <summary>Does the maintenance of a store.</summary>
    protected abstract ValueTask MaintainAsync(IDisposable store, CancellationToken cancellationToken);

    private T Port<T>() => (T)(_store ??= Open());
}
