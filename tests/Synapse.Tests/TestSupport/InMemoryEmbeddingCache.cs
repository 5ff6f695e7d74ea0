using System.Collections.Concurrent;
using System.Threading.Channels;
using Synapse.Embedding;
using Synapse.Storage;

namespace Synapse.Tests.TestSupport;

/// <summary>The cache port in memory; it counts how often it is cleared.</summary>
internal sealed class InMemoryEmbeddingCache : IEmbeddingCache
{
    private readonly ConcurrentDictionary<(string Space, PassageKey Key), ReadOnlyMemory<float>> _embeddings = new();
    private readonly Channel<bool> _cleared = Channel.CreateUnbounded<bool>();

    public int Count => _embeddings.Count;

    /// <summary>The limits that it was trimmed to, in order.</summary>
    public ConcurrentQueue<long> Limits { get; } = new();

    /// <summary>Is thrown when it is cleared; null while all is well.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Waits until it was looked through for texts that are gone.</summary>
    public Task ClearedAsync(CancellationToken cancellationToken) => _cleared.Reader.ReadAsync(cancellationToken).AsTask();

    public ValueTask<IReadOnlyList<ReadOnlyMemory<float>>> FindCachedAsync(EmbeddingSpace space, IReadOnlyList<PassageKey> keys, CancellationToken cancellationToken)
        => new([.. keys.Select(key => _embeddings.GetValueOrDefault((space.Fingerprint, key)))]);

    public ValueTask AddCachedAsync(EmbeddingSpace space, IReadOnlyList<KeyValuePair<PassageKey, ReadOnlyMemory<float>>> embeddings, CancellationToken cancellationToken)
    {
        foreach (var (key, embedding) in embeddings)
        {
            _embeddings[(space.Fingerprint, key)] = embedding.ToArray();
        }

        return default;
    }

    public ValueTask<long> TrimCacheAsync(long mostBytes, CancellationToken cancellationToken)
    {
        Limits.Enqueue(mostBytes);
        return new(0);
    }

    public ValueTask<long?> RemoveUnusedAsync(CancellationToken cancellationToken)
    {
        _cleared.Writer.TryWrite(true);
        return Fault is { } fault ? throw fault : new((long?)null);
    }
}
