using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Synapse.Crash.Child;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests.TestSupport;

/// <summary>What one server of several does with jobs: a store of its own on the shared database, and a queue that works off the line.</summary>
internal sealed class IngestionServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    public IngestionServer(PostgresDatabase database, CountingEmbedder embedder)
    {
        var options = Options.Create(new IngestionOptions { BatchChunks = 20, WatchQuietTime = TimeSpan.FromMilliseconds(1), LeaseDuration = TimeSpan.FromSeconds(2) });
        Store = Stores.Open(database);
        var pipeline = new IngestionPipeline(Store, Store, new Embedders(embedder), PassageCache.None, [], options, TimeProvider.System, NullLogger<IngestionPipeline>.Instance);
        Queue = new IngestionQueue(Store, Store, pipeline, options, TimeProvider.System, NullLogger<IngestionQueue>.Instance);
        Librarian = new Librarian(Store, Queue, options);
        Watcher = new FolderWatcher(Queue, options, TimeProvider.System, NullLogger<FolderWatcher>.Instance);
    }

    public PostgresStore Store { get; }

    public IngestionQueue Queue { get; }

    public Librarian Librarian { get; }

    public FolderWatcher Watcher { get; }

    /// <summary>Begins to work jobs off, and to watch.</summary>
    public void Start() => _running.AddRange([Queue.RunAsync(_stop.Token), Watcher.RunAsync(_stop.Token)]);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var task in _running)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        }

        Watcher.Dispose();
        await Store.DisposeAsync();
        _stop.Dispose();
    }
}

/// <summary>Counts how often each text was embedded, by whichever server.</summary>
internal sealed class CountingEmbedder : IEmbedder
{
    private readonly WordEmbedder _inner = new();

    public ConcurrentDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Is called with each text before it is embedded.</summary>
    public Action<string>? Embedding { get; set; }

    public bool IsLocal => true;

    public ValueTask<EmbeddingSpace> GetSpaceAsync(CancellationToken cancellationToken) => _inner.GetSpaceAsync(cancellationToken);

    public ValueTask<float[]> EmbedQueryAsync(string query, CancellationToken cancellationToken) => _inner.EmbedQueryAsync(query, cancellationToken);

    public ValueTask EmbedPassagesAsync(IReadOnlyList<ReadOnlyMemory<char>> passages, Memory<float> destination, CancellationToken cancellationToken)
    {
        foreach (var passage in passages)
        {
            var text = passage.ToString();
            Counts.AddOrUpdate(text, 1, (_, count) => count + 1);
            Embedding?.Invoke(text);
        }

        return _inner.EmbedPassagesAsync(passages, destination, cancellationToken);
    }
}
