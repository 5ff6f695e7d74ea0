using Synapse.Embedding;
using Synapse.Postgres.Caching;
using Synapse.Postgres.Catalogue;
using Synapse.Storage;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : IEmbeddingCache
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ReadOnlyMemory<float>>> FindCachedAsync(EmbeddingSpace space, IReadOnlyList<PassageKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(keys);
        var found = await _connections.QueryAsync((connection, token) => CacheRows.FindAsync(connection, space, keys, token), cancellationToken);
        return [.. keys.Select(key => found.GetValueOrDefault(key))];
    }

    /// <inheritdoc/>
    public async ValueTask AddCachedAsync(
        EmbeddingSpace space, IReadOnlyList<KeyValuePair<PassageKey, ReadOnlyMemory<float>>> embeddings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(embeddings);
        await _connections.WriteAsync(
            async (connection, token) =>
            {
                var row = await EmbeddingSpaceRow.GetAsync(connection, space, token);
                await CacheRows.AddAsync(connection, row.Id, embeddings, _time.GetUtcNow(), token);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long> TrimCacheAsync(long mostBytes, CancellationToken cancellationToken)
    {
        var removed = 0L;
        for (var bytes = await _connections.QueryAsync(CacheRows.MeasureAsync, cancellationToken); bytes > mostBytes;)
        {
            var portion = await _connections.QueryAsync((connection, token) => CacheRows.RemoveFirstAsync(connection, UnusedEmbeddings.Portion, token), cancellationToken);
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
    public async ValueTask<long?> RemoveUnusedAsync(CancellationToken cancellationToken) => await new UnusedEmbeddings(_connections, _time).RemoveAsync(cancellationToken);
}
