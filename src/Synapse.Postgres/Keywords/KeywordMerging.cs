using System.Diagnostics;
using Npgsql;
using Synapse.Indexing;
using Synapse.Postgres.Catalogue;
using Synapse.Postgres.Connections;
using Synapse.Telemetry;

namespace Synapse.Postgres.Keywords;

/// <summary>Merges the segments of collections. One server at a time works on a collection.</summary>
internal sealed class KeywordMerging(NpgsqlDataSource source, IndexReader indexes)
{
    // "SYNK" in the upper half keeps these locks apart from those of other programs and of other work.
    private const long LockClass = 0x53594E4BL << 32;

    /// <summary>Merges the segments of a collection that are worth it, once.</summary>
    /// <returns>Whether something was merged, so that there may be more.</returns>
    public async Task<bool> MergeOnceAsync(long collectionId, CancellationToken cancellationToken)
    {
        await using var held = await HeldLock.TryTakeAsync(await source.OpenConnectionAsync(cancellationToken), LockClass | collectionId, cancellationToken);
        if (held is null)
        {
            return false;
        }

        await held.Connection.ExecuteAsync("SET statement_timeout = 0", [], cancellationToken);
        await RemoveLeftoversAsync(held.Connection, collectionId, cancellationToken);
        return await MergeLockedAsync(held.Connection, collectionId, cancellationToken);
    }

    private async Task<bool> MergeLockedAsync(NpgsqlConnection reading, long collectionId, CancellationToken cancellationToken)
    {
        await using var view = await reading.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        if (await reading.FindAsync("SELECT version FROM collections WHERE id = $1", [collectionId], static row => (long?)row.GetInt64(0), cancellationToken) is not { } version)
        {
            return false;
        }

        var index = await indexes.ReadAsync(reading, collectionId, version, cancellationToken);
        var chosen = MergePolicy.Choose(index.Segments);
        if (chosen.Count == 0)
        {
            return false;
        }

        var started = Stopwatch.GetTimestamp();
        var merger = new SegmentMerger(chosen);
        await using var writing = await source.OpenConnectionAsync(cancellationToken);
        long? merged = null;
        if (!merger.IsEmpty)
        {
            merged = await SegmentRows.AddAsync(writing, collectionId, SegmentRows.Unfinished, isMerged: true, cancellationToken);
            await SegmentRows.WriteHeaderAsync(writing, merger.Header(merged.Value), cancellationToken);
            await merger.MergeTermsAsync(reading, pages => SegmentRows.WritePagesAsync(writing, merged.Value, pages, cancellationToken), cancellationToken);
        }

        await view.CommitAsync(cancellationToken);
        var isDone = await SwapAsync(writing, collectionId, chosen, merged, cancellationToken);
        await RemoveLeftoversAsync(writing, collectionId, cancellationToken);
        SynapseTelemetry.Merged(Stopwatch.GetElapsedTime(started));
        return isDone;
    }

    /// <summary>Puts the merged segment in the place of the others, in one short transaction.</summary>
    /// <returns>False when they are no longer as they were.</returns>
    private static async Task<bool> SwapAsync(NpgsqlConnection connection, long collectionId, IReadOnlyList<SegmentView> views, long? merged, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await LibraryChanges.LockCollectionAsync(connection, collectionId, toRemove: false, cancellationToken))
        {
            return false;
        }

        var ids = views.Select(static view => view.Header.Id).ToArray();
        var replaced = await connection.ExecuteAsync("UPDATE segments SET state = 2 WHERE id = ANY($1) AND state = 1", [ids], cancellationToken);
        var added = merged is { } id ? await connection.ExecuteAsync("UPDATE segments SET state = 1 WHERE id = $1 AND state = 0", [id], cancellationToken) : 1;
        if (replaced != ids.Length || added != 1)
        {
            return false;
        }

        // What was removed while the merge ran is in the merged segment, and stays noted.
        var dropped = views.SelectMany(static view => (view.Deletions?.Documents ?? []).Select(view.Header.DocumentId)).ToArray();
        await connection.ExecuteAsync("DELETE FROM removed_documents WHERE collection_id = $1 AND document_id = ANY($2)", [collectionId, dropped], cancellationToken);
        await connection.ExecuteAsync("UPDATE collections SET version = version + 1 WHERE id = $1", [collectionId], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Deletes the rows of segments that were merged into others, or that a killed merge left unfinished.</summary>
    private static async Task RemoveLeftoversAsync(NpgsqlConnection connection, long collectionId, CancellationToken cancellationToken)
    {
        var ids = await connection.ListAsync("SELECT id FROM segments WHERE collection_id = $1 AND state <> 1", [collectionId], static row => row.GetInt64(0), cancellationToken);
        foreach (var id in ids)
        {
            await connection.ExecuteAsync("DELETE FROM segment_pages WHERE segment_id = $1", [id], cancellationToken);
            await connection.ExecuteAsync("DELETE FROM segment_headers WHERE segment_id = $1", [id], cancellationToken);
            await connection.ExecuteAsync("DELETE FROM segments WHERE id = $1", [id], cancellationToken);
        }
    }
}
