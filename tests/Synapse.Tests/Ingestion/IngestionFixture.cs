using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Ingestion.Reading;
using Synapse.Library;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Ingestion;

/// <summary>A folder, a store in memory, and the whole of ingestion between them, with its queue running.</summary>
internal sealed class IngestionFixture : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task? _running;

    public IngestionFixture(
        InMemoryStore? store = null, IEmbedder? embedder = null, TimeProvider? time = null, IDocumentReader[]? readers = null, Action<IngestionOptions>? configure = null, IEmbedders? embedders = null, PassageCache? cache = null)
    {
        Store = store ?? new InMemoryStore();
        Store.Time = time ?? TimeProvider.System;
        Options = new IngestionOptions();
        configure?.Invoke(Options);
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        Pipeline = new IngestionPipeline(
            Store, Store, embedders ?? new Embedders(embedder ?? new HashEmbedder()), cache ?? PassageCache.None, readers ?? [], options, time ?? TimeProvider.System, NullLogger<IngestionPipeline>.Instance);
        Queue = new IngestionQueue(Store, Store, Pipeline, options, time ?? TimeProvider.System, NullLogger<IngestionQueue>.Instance);
        Librarian = new Librarian(Store, Queue, options);
    }

    public TemporaryFolder Folder { get; } = new();

    public InMemoryStore Store { get; }

    public IngestionOptions Options { get; }

    public IngestionPipeline Pipeline { get; }

    public IngestionQueue Queue { get; }

    public Librarian Librarian { get; }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Work that nobody follows.</summary>
    public static IngestionWork OfNoJob { get; } = new(null, static _ => { });

    public FolderWatcher NewWatcher()
        => new(Queue, Microsoft.Extensions.Options.Options.Create(Options), TimeProvider.System, NullLogger<FolderWatcher>.Instance);

    public IngestionFixture Start()
    {
        _running = Queue.RunAsync(_stop.Token);
        return this;
    }

    /// <summary>Takes the folder in, or brings it up to date, and waits for the end of that.</summary>
    public async Task<IngestionJob> IndexAsync()
    {
        if (_running is null)
        {
            Start();
        }

        var acquisition = await Librarian.AddAsync(AccessScope.Everything, Folder.Path, null, Token);
        return await Queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, Token);
    }

    public async Task<IReadOnlyDictionary<string, string>> SkippedAsync()
    {
        var source = (await Store.ListSourcesAsync(AccessScope.Everything, null, Token)).Single();
        return (await Store.ListSkippedFilesAsync(AccessScope.Everything, source.Id, Token)).ToDictionary(file => file.Path, file => file.Reason);
    }

    /// <summary>Stops the queue as an orderly end of the process does.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await (_running ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Folder.Dispose();
        _stop.Dispose();
    }
}
