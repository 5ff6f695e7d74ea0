using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Switching;

/// <summary>
/// Switches collections to another embedding model while they are searched: the new model's embeddings are made beside the old ones, compared, and take their place in
/// one commit; the old ones are kept for the way back.
/// </summary>
/// <remarks><see cref="RunAsync"/> does the work; everything else only says what is wanted.</remarks>
public sealed partial class ModelSwitching
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(5);

    private readonly ISwitchStore _switches;
    private readonly IIngestionStore _ingestion;
    private readonly ILibraryStore _library;
    private readonly IEmbedders _embedders;
    private readonly PassageCache _cache;
    private readonly TimeProvider _time;
    private readonly ILogger<ModelSwitching> _logger;
    private readonly SpaceComparing _comparing;
    private readonly SwitchEstimating _estimating;
    private readonly EmbedderChoice _choice;
    private readonly SwitchSpeed _speed;
    private readonly ConcurrentDictionary<long, (int Failures, DateTimeOffset Until)> _resting = [];
    private volatile TaskCompletionSource _work = NewSignal();

    /// <summary>Takes what it needs.</summary>
    /// <param name="switches">Where switches are kept.</param>
    /// <param name="ingestion">Tells the spaces of collections.</param>
    /// <param name="search">Where the old space is searched.</param>
    /// <param name="library">The catalogue.</param>
    /// <param name="embedders">The models there are.</param>
    /// <param name="cache">What was embedded before.</param>
    /// <param name="analyzer">Splits questions into words.</param>
    /// <param name="options">How searches work.</param>
    /// <param name="time">Measures, and tells when a hindered switch is tried again.</param>
    /// <param name="logger">Hears of what hinders a switch.</param>
    public ModelSwitching(
        ISwitchStore switches,
        IIngestionStore ingestion,
        ISearchStore search,
        ILibraryStore library,
        IEmbedders embedders,
        PassageCache cache,
        TextAnalyzer analyzer,
        IOptions<RetrievalOptions> options,
        TimeProvider time,
        ILogger<ModelSwitching> logger)
    {
        (_switches, _ingestion, _library, _embedders, _cache, _time, _logger) = (switches, ingestion, library, embedders, cache, time, logger);
        _comparing = new SpaceComparing(switches, search, library, embedders, analyzer, options, time);
        _estimating = new SwitchEstimating(library, time);
        _choice = new EmbedderChoice(embedders);
        _speed = new SwitchSpeed(time);
    }

    /// <summary>Tells what a switch would take. Nothing is stored, and nothing leaves this machine or its private network.</summary>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="model">Name of the model to switch to.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SynapseException">The model is not there, or the collection cannot be switched to it.</exception>
    public async Task<SwitchEstimate> EstimateAsync(AccessScope scope, Collection collection, string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(collection);
        var (embedder, from, to) = await CheckAsync(collection, model, cancellationToken);
        var summary = (await _library.ListCollectionsAsync(scope, cancellationToken)).FirstOrDefault(each => each.Collection.Id == collection.Id)
            ?? throw new CollectionNotFoundException(collection.Name);
        return await _estimating.EstimateAsync(summary, from, embedder, to, cancellationToken);
    }

    /// <summary>Begins a switch.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="model">Name of the model to switch to.</param>
    /// <param name="wish">What shall become of it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SynapseException">The model is not there, or the collection cannot be switched to it.</exception>
    public async Task<ModelSwitch> StartAsync(Collection collection, string model, SwitchWish wish, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(collection);
        var (_, _, to) = await CheckAsync(collection, model, cancellationToken);
        var begun = await _switches.BeginSwitchAsync(collection.Id, to, wish, cancellationToken);
        Signal(collection.Id);
        return begun;
    }

    /// <summary>Says what shall become of a switch.</summary>
    /// <exception cref="SwitchNotFoundException">The collection has none.</exception>
    /// <exception cref="SwitchRefusedException">The switch is not so far, or farther.</exception>
    public async Task<ModelSwitch> WishAsync(AccessScope scope, Collection collection, SwitchWish wish, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(collection);
        var now = await GetAsync(scope, collection, cancellationToken);
        if (wish == SwitchWish.Return && now.State != SwitchState.Switched)
        {
            throw new SwitchRefusedException($"'{collection.Name}' is still searched with '{now.From.Model}', and there is no way back from there.", "To give the switch up, end it: 'synapse models switch end'.");
        }

        if (wish is SwitchWish.Switch or SwitchWish.WhenGood && now.State == SwitchState.Switched)
        {
            throw new SwitchRefusedException($"'{collection.Name}' is searched with '{now.To.Model}' already.", "The way back is 'synapse models switch back'.");
        }

        if (now.Wish == SwitchWish.Remove)
        {
            throw new SwitchRefusedException($"The switch of '{collection.Name}' is being ended.", "Begin another when it has ended.");
        }

        if (!await _switches.WishAsync(scope, collection.Id, wish, cancellationToken))
        {
            throw new SwitchNotFoundException(collection.Name);
        }

        Signal(collection.Id);
        return await GetAsync(scope, collection, cancellationToken);
    }

    /// <summary>The switch of a collection.</summary>
    /// <exception cref="SwitchNotFoundException">The collection has none.</exception>
    public async Task<ModelSwitch> GetAsync(AccessScope scope, Collection collection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(collection);
        return await _switches.FindSwitchAsync(scope, collection.Id, cancellationToken) ?? throw new SwitchNotFoundException(collection.Name);
    }

    /// <summary>How long the rest takes, as measured on this server; null while nothing was measured, or nothing is left.</summary>
    public TimeSpan? RemainingOf(ModelSwitch found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return found.Progress.IsComplete ? null : _speed.Of(found.CollectionId, found.Progress.ChunkCount - found.Progress.ChunksDone);
    }

    /// <summary>Works on all switches until it is stopped.</summary>
    /// <exception cref="SynapseException">The store cannot be used.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Dictionary<long, Task>();
        try
        {
            while (true)
            {
                var work = _work.Task;
                foreach (var each in await _switches.ListSwitchesAsync(AccessScope.Everything, cancellationToken))
                {
                    if (each.HasWork && !IsResting(each.CollectionId) && !running.ContainsKey(each.CollectionId))
                    {
                        running.Add(each.CollectionId, WorkAsync(each, stop.Token));
                    }
                }

                using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
                {
                    await Task.WhenAny(work, Task.Delay(s_pollInterval, _time, waiting.Token));
                    await waiting.CancelAsync();
                }

                cancellationToken.ThrowIfCancellationRequested();
                foreach (var (id, done) in running.Where(static each => each.Value.IsCompleted).ToArray())
                {
                    running.Remove(id);
                    await done;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsResting(long collectionId) => _resting.TryGetValue(collectionId, out var rest) && _time.GetUtcNow() < rest.Until;

    private async Task WorkAsync(ModelSwitch found, CancellationToken cancellationToken)
    {
        // Others are not to wait for what this one does before its first pause.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var id = found.CollectionId;
        try
        {
            await using var held = await _switches.TryHoldSwitchAsync(id, cancellationToken);
            if (held is null)
            {
                return;
            }

            using var run = new SwitchRun(id, _switches, _library, _embedders, _cache, _comparing, _speed);
            await run.RunAsync(cancellationToken);
            _resting.TryRemove(id, out _);
        }
        catch (SynapseException hindered) when (hindered is not StoreUnavailableException)
        {
            var failures = _resting.TryGetValue(id, out var rest) ? rest.Failures + 1 : 1;
            var pause = TimeSpan.FromTicks(Math.Min(s_longestPause.Ticks, s_firstPause.Ticks << Math.Min(failures - 1, 10)));
            if (hindered is ProviderException { RetryAfter: { } asked } && asked > pause)
            {
                pause = asked;
            }

            _resting[id] = (failures, _time.GetUtcNow() + pause);
            LogHindered(id, pause.TotalSeconds, hindered.Message);
            if (found.State != SwitchState.Switched || found.Wish == SwitchWish.Return)
            {
                var isReady = await _switches.FindSwitchAsync(AccessScope.Everything, id, cancellationToken) is { State: not SwitchState.Filling };
                await _switches.NoteSwitchAsync(id, isReady, comparison: null, hindered.Message, cancellationToken);
            }
        }
    }

    private async Task<(IEmbedder Embedder, EmbeddingSpace From, EmbeddingSpace To)> CheckAsync(Collection collection, string model, CancellationToken cancellationToken)
    {
        var (embedder, to) = await _choice.FindAsync(model, cancellationToken);
        var from = await _ingestion.FindEmbeddingSpaceAsync(collection.Id, cancellationToken)
            ?? throw new SwitchRefusedException($"'{collection.Name}' has no documents yet.", "Its first are embedded with the model that is configured first.");
        if (from.Fingerprint == to.Fingerprint)
        {
            throw new SwitchRefusedException($"'{collection.Name}' is embedded with '{to.Model}' already.", "There is nothing to switch.");
        }

        return collection.Privacy == CollectionPrivacy.LocalOnly && !embedder.IsLocal
            ? throw new LocalOnlyException($"'{collection.Name}' is not embedded by '{to.Model}', which is not local.")
            : (embedder, from, to);
    }

    private void Signal(long collectionId)
    {
        _resting.TryRemove(collectionId, out _);
        Interlocked.Exchange(ref _work, NewSignal()).TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Warning, "The model switch of collection {CollectionId} is hindered, and tried again in {Seconds:0} s: {Reason}")]
    private partial void LogHindered(long collectionId, double seconds, string reason);
}
