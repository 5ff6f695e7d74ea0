using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Synapse.Errors;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Embedding;

/// <summary>
/// Remembers what embedders that are asked in requests have embedded, by text, in the store, so that equal text is embedded once: in whichever collection it
/// is, and whatever became of the documents that it was embedded for. It also knows which texts are being embedded in this process just now.
/// </summary>
public sealed partial class PassageCache
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    private readonly IEmbeddingCache? _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _mostBytes;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Fingerprint, PassageKey Key), TaskCompletionSource> _beingEmbedded = [];
    private readonly Channel<bool> _grown = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _added;

    /// <summary>Takes the store and how much of it may be used.</summary>
    /// <param name="store">Keeps the embeddings.</param>
    /// <param name="options">How much room they may take.</param>
    /// <param name="time">Tells when it is time to clear.</param>
    /// <param name="logger">Hears when clearing fails.</param>
    public PassageCache(IEmbeddingCache store, IOptions<EmbeddingOptions> options, TimeProvider time, ILogger<PassageCache> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _store = store;
        _time = time;
        _logger = logger;
        _mostBytes = (long)options.Value.CacheMegabytes << 20;
    }

    private PassageCache() => (_time, _logger) = (TimeProvider.System, NullLogger.Instance);

    /// <summary>Remembers nothing.</summary>
    public static PassageCache None { get; } = new();

    /// <summary>Whether it remembers anything.</summary>
    internal bool IsOn => _store is not null && _mostBytes > 0;

    /// <summary>Keeps the cache within its limits for as long as the process runs: what was written first goes when there is too much, and daily what is of no document any more.</summary>
    /// <exception cref="StoreUnavailableException">The store is away.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_store is null)
        {
            return;
        }

        for (var hasGrown = !IsOn; ; hasGrown = _grown.Reader.TryRead(out _))
        {
            try
            {
                await ClearAsync(_store, hasGrown, cancellationToken);
            }
            catch (SynapseException fault) when (fault.Kind != SynapseErrorKind.Unavailable)
            {
                // Nothing needs it done now: what could not be removed goes another time.
                LogFailed(fault);
            }

            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(_grown.Reader.WaitToReadAsync(waiting.Token).AsTask(), Task.Delay(s_interval, _time, waiting.Token));
            await waiting.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task ClearAsync(IEmbeddingCache store, bool hasGrown, CancellationToken cancellationToken)
    {
        var trimmed = hasGrown ? await store.TrimCacheAsync(_mostBytes, cancellationToken) : 0;
        var unused = await store.RemoveUnusedAsync(cancellationToken) ?? 0;
        if (trimmed + unused > 0)
        {
            LogCleared(trimmed, unused);
        }
    }

    /// <summary>Takes on texts that are to be embedded. Those that another caller is embedding just now are left to it.</summary>
    /// <param name="space">The space.</param>
    /// <param name="texts">The texts, each once.</param>
    /// <returns>To be disposed when they are embedded and added, or will not be.</returns>
    internal PassageClaim Claim(EmbeddingSpace space, IEnumerable<string> texts)
    {
        var claim = new PassageClaim(this, space.Fingerprint);
        lock (_gate)
        {
            foreach (var text in texts)
            {
                var key = PassageKey.Of(text);
                if (_beingEmbedded.TryGetValue((space.Fingerprint, key), out var others))
                {
                    claim.Others.Add(others.Task);
                }
                else
                {
                    _beingEmbedded.Add((space.Fingerprint, key), claim.Ended);
                    claim.Keys.Add(text, key);
                }
            }
        }

        return claim;
    }

    /// <summary>Finds the embeddings of claimed texts.</summary>
    internal async Task FindAsync(EmbeddingSpace space, PassageClaim claim, Dictionary<string, ReadOnlyMemory<float>> embeddings, CancellationToken cancellationToken)
    {
        if (claim.Keys.Count == 0)
        {
            return;
        }

        var found = await _store!.FindCachedAsync(space, [.. claim.Keys.Values], cancellationToken);
        var hits = 0;
        foreach (var (text, embedding) in claim.Keys.Keys.Zip(found))
        {
            if (!embedding.IsEmpty)
            {
                embeddings[text] = embedding;
                hits++;
            }
        }

        SynapseTelemetry.LookedUp(hits, claim.Keys.Count - hits);
    }

    /// <summary>Adds what an embedder gave for claimed texts.</summary>
    internal async Task AddAsync(EmbeddingSpace space, PassageClaim claim, IReadOnlyList<string> texts, ReadOnlyMemory<float> embeddings, CancellationToken cancellationToken)
    {
        await _store!.AddCachedAsync(
            space, [.. texts.Select((text, i) => KeyValuePair.Create(claim.Keys[text], embeddings.Slice(i * space.Dimensions, space.Dimensions)))], cancellationToken);
        NoteGrowth(embeddings.Length);
    }

    internal void End(PassageClaim claim, string fingerprint)
    {
        lock (_gate)
        {
            foreach (var key in claim.Keys.Values)
            {
                _beingEmbedded.Remove((fingerprint, key));
            }
        }

        claim.Ended.TrySetResult();
    }

    // Looked at after the first, as others may have filled it before, and then each time that it may have grown by a sixteenth: no store takes less than a byte per number.
    private void NoteGrowth(int numbers)
    {
        var before = Interlocked.Add(ref _added, numbers) - numbers;
        var portion = Math.Max(_mostBytes / 16, 1);
        if (before == 0 || before / portion != (before + numbers) / portion)
        {
            _grown.Writer.TryWrite(true);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Removed {TrimmedCount} cached embeddings that were written first, and {UnusedCount} of texts that no document has")]
    private partial void LogCleared(long trimmedCount, long unusedCount);

    [LoggerMessage(LogLevel.Warning, "Clearing the cache of embeddings failed; it is tried again")]
    private partial void LogFailed(Exception exception);
}
