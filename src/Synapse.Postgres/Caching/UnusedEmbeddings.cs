using System.Globalization;
using Npgsql;
using Synapse.Embedding;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Storage;

namespace Synapse.Postgres.Caching;

/// <summary>Removes embeddings whose text is in no document any more. One server at a time looks.</summary>
internal sealed class UnusedEmbeddings(StoreConnections connections, TimeProvider time)
{
    /// <summary>Rows that are removed in one statement.</summary>
    public const int Portion = 500;

    // "SYNE" in the upper half keeps this lock apart from those of other work.
    private const long LockKey = 0x53594E45L << 32;
    private const int DocumentsAtOnce = 100;

    /// <summary>Removes them, when it is time.</summary>
    /// <returns>How many; null when it was not time yet, or another server is at it.</returns>
    public async Task<long?> RemoveAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - IEmbeddingCache.UnusedAge;
        return await connections.NamingFaultsAsync<long?>(async () =>
        {
            await using var held = await HeldLock.TryTakeAsync(await connections.OpenAsync((opened, _) => Task.FromResult(opened), cancellationToken), LockKey, cancellationToken);
            return held is null || await LookedSinceAsync(held.Connection, before, cancellationToken) ? null : await RemoveLockedAsync(held.Connection, before, cancellationToken);
        });
    }

    private static async Task<bool> LookedSinceAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellationToken)
        => await SettingRows.FindAsync(connection, SettingRows.CacheCleared, cancellationToken) is { } last && long.Parse(last, CultureInfo.InvariantCulture) > before.UtcTicks;

    private async Task<long> RemoveLockedAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var unused = await CacheRows.ListBeforeAsync(connection, before, cancellationToken);
        for (var after = 0L; unused.Count > 0 && await KeepAsync(connection, after, unused, cancellationToken) is { } last; after = last)
        {
        }

        var removed = 0L;
        foreach (var portion in unused.Chunk(Portion))
        {
            removed += await CacheRows.RemoveAsync(connection, portion, before, cancellationToken);
        }

        await SettingRows.SetAsync(connection, SettingRows.CacheCleared, now.UtcTicks.ToString(CultureInfo.InvariantCulture), cancellationToken);
        return removed;
    }

    /// <summary>Takes the texts that the next documents have out of those that seem unused.</summary>
    /// <returns>The last of these documents; null when there are no more.</returns>
    private async Task<long?> KeepAsync(NpgsqlConnection connection, long after, HashSet<PassageKey> unused, CancellationToken cancellationToken)
    {
        // In one snapshot, so that no text goes between its chunks and itself.
        await using var view = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var ids = (await connection.ListAsync("SELECT id FROM documents WHERE id > $1 ORDER BY id LIMIT $2", [after, DocumentsAtOnce], static row => row.GetInt64(0), cancellationToken)).ToArray();
        var texts = await DocumentText.ReadAllAsync(connection, connections.Name, ids, cancellationToken);
        var spans = await connection.ListAsync(
            "SELECT document_id, start_offset, end_offset FROM chunks WHERE document_id = ANY($1)", [ids], static row => (Id: row.GetInt64(0), Start: row.GetInt32(1), End: row.GetInt32(2)), cancellationToken);
        await view.CommitAsync(cancellationToken);
        foreach (var (id, start, end) in spans)
        {
            unused.Remove(PassageKey.Of(texts[id].AsSpan(start, end - start)));
        }

        return ids.Length == 0 ? null : ids[^1];
    }
}
