using System.Globalization;
using Synapse.Embedding;
using Synapse.Sqlite.Caching;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Segments;
using Synapse.Storage;

namespace Synapse.Sqlite;

public sealed partial class SqliteStore : IEmbeddingCache
{
    /// <summary>Rows that are removed in one transaction, so that nobody waits for long.</summary>
    private const int CachePortion = 500;

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ReadOnlyMemory<float>>> FindCachedAsync(EmbeddingSpace space, IReadOnlyList<PassageKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(keys);
        return new(_readers.Read(connection =>
        {
            var found = new ReadOnlyMemory<float>[keys.Count];
            if (EmbeddingSpaceRow.Find(connection, space) is { } row)
            {
                for (var i = 0; i < found.Length; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    found[i] = CacheRows.Find(connection, row, keys[i]);
                }
            }

            return found;
        }));
    }

    /// <inheritdoc/>
    public async ValueTask AddCachedAsync(
        EmbeddingSpace space, IReadOnlyList<KeyValuePair<PassageKey, ReadOnlyMemory<float>>> embeddings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(embeddings);
        await _writer.WriteAsync(
            connection =>
            {
                var row = EmbeddingSpaceRow.Get(connection, space);
                var now = _time.GetUtcNow();
                foreach (var (key, embedding) in embeddings)
                {
                    CacheRows.Add(connection, row, key, embedding.Span, now);
                }

                return true;
            },
            committed: null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long> TrimCacheAsync(long mostBytes, CancellationToken cancellationToken)
    {
        var removed = 0L;
        for (var bytes = _readers.Read(CacheRows.Measure); bytes > mostBytes;)
        {
            var portion = await _writer.WriteAsync(connection => CacheRows.RemoveFirst(connection, CachePortion), committed: null, cancellationToken);
            if (portion.Rows == 0)
            {
                break;
            }

            removed += portion.Rows;
            bytes -= portion.Bytes;
        }

        return removed;
    }

    /// <inheritdoc/>
    public ValueTask<long?> RemoveUnusedAsync(CancellationToken cancellationToken) => new(Task.Run(() => RemoveUnused(cancellationToken), cancellationToken));

    private long? RemoveUnused(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var before = now - IEmbeddingCache.UnusedAge;
        var unused = _readers.Read(connection =>
            SettingRows.Find(connection, SettingRows.CacheCleared) is { } last && long.Parse(last, CultureInfo.InvariantCulture) > before.UtcTicks ? null : CacheRows.ListBefore(connection, before));
        if (unused is null)
        {
            return null;
        }

        foreach (var view in _indexes.Values.SelectMany(index => index.Segments))
        {
            Keep(view, unused, cancellationToken);
        }

        var removed = 0L;
        foreach (var portion in unused.Chunk(CachePortion))
        {
            removed += _writer.WriteBlocking(connection => portion.Sum(key => CacheRows.Remove(connection, key, before)), committed: null, cancellationToken);
        }

        _writer.WriteBlocking(
            connection =>
            {
                SettingRows.Set(connection, SettingRows.CacheCleared, now.UtcTicks.ToString(CultureInfo.InvariantCulture));
                return true;
            },
            committed: null,
            cancellationToken);
        return removed;
    }

    /// <summary>Takes the texts that documents of a segment have out of those that seem unused.</summary>
    private void Keep(SegmentView view, HashSet<PassageKey> unused, CancellationToken cancellationToken)
    {
        var content = view.Segment.Content;
        for (var place = 0; place < content.Documents.Length && unused.Count > 0; place++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (view.Deletions?.ContainsDocument(place) == true)
            {
                continue;
            }

            var document = content.Documents[place];
            var text = _readers.Read(connection => DocumentText.ReadAll(connection, document.DocumentId));
            foreach (ref readonly var chunk in content.Chunks.AsSpan(document.FirstChunk, document.ChunkCount))
            {
                // Of a document that was removed meanwhile there is no text.
                if (chunk.EndOffset <= text.Length)
                {
                    unused.Remove(PassageKey.Of(text.AsSpan(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset)));
                }
            }
        }
    }
}
