using Synapse.Storage;

namespace Synapse.Postgres.Search;

/// <summary>The keys of one view: each stands for a chunk, by its document and its place there.</summary>
internal sealed class ChunkKeys
{
    private readonly Dictionary<(long DocumentId, int Ordinal), ChunkKey> _keys = [];
    private readonly List<(long DocumentId, int Ordinal)> _chunks = [];
    private readonly Lock _lock = new();

    /// <summary>The key of a chunk; always the same.</summary>
    public ChunkKey Of(long documentId, int ordinal)
    {
        lock (_lock)
        {
            if (!_keys.TryGetValue((documentId, ordinal), out var key))
            {
                key = new ChunkKey(_chunks.Count);
                _chunks.Add((documentId, ordinal));
                _keys.Add((documentId, ordinal), key);
            }

            return key;
        }
    }

    /// <summary>The chunk of a key.</summary>
    /// <exception cref="ArgumentException">The key is of another view.</exception>
    public (long DocumentId, int Ordinal) ChunkOf(ChunkKey key)
    {
        lock (_lock)
        {
            return key.Value >= 0 && key.Value < _chunks.Count ? _chunks[(int)key.Value] : throw new ArgumentException($"The key {key.Value} is of another view.", nameof(key));
        }
    }
}
