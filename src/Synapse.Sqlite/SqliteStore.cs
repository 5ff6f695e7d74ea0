using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Ledger;
using Synapse.Sqlite.Migrations;
using Synapse.Sqlite.Segments;

namespace Synapse.Sqlite;

/// <summary>
/// The embedded store: one SQLite file for catalogue, text, keyword index and embeddings. A commit writes the text of its documents and one immutable
/// segment of the index in one transaction; searches read the segments in memory, as they were at one commit, without any lock.
/// </summary>
public sealed partial class SqliteStore : IDisposable, IAsyncDisposable
{
    private const int PageSize = 8192;

    private readonly DataFolder _folder;
    private readonly StoreWriter _writer;
    private readonly ReaderPool _readers;
    private readonly TimeProvider _time;
    private readonly ILogger<SqliteStore> _logger;

    // Written by the writer only, and replaced as a whole.
    private volatile ImmutableDictionary<long, CollectionIndex> _indexes;
    private bool _disposed;

    private SqliteStore(
        DataFolder folder,
        StoreWriter writer,
        ImmutableDictionary<long, CollectionIndex> indexes,
        TimeProvider time,
        ILogger<SqliteStore> logger)
    {
        _folder = folder;
        _writer = writer;
        _readers = new ReaderPool(folder.DatabasePath);
        _indexes = indexes;
        _time = time;
        _logger = logger;
        _mergeThread = new Thread(MergeUntilStopped) { IsBackground = true, Name = "synapse-merge" };
        _ledger = new LedgerWriter(writer, time, logger);
    }

    /// <summary>Opens the store of a data folder, or makes it.</summary>
    /// <param name="dataFolder">The folder; made with access for its owner only when it is not there.</param>
    /// <param name="time">Tells the times of what is made.</param>
    /// <param name="logger">Hears of opening and merging.</param>
    /// <exception cref="Errors.DataFolderInUseException">Another process has the folder open.</exception>
    /// <exception cref="Errors.StoreNewerException">The store is of a newer version of the program.</exception>
    /// <exception cref="Errors.StoreCorruptException">The store is damaged.</exception>
    /// <exception cref="Errors.StoreUnavailableException">The folder or the store cannot be read or written.</exception>
    public static SqliteStore Open(string dataFolder, TimeProvider time, ILogger<SqliteStore> logger)
    {
        ArgumentException.ThrowIfNullOrEmpty(dataFolder);
        var started = time.GetTimestamp();
        var folder = DataFolder.Open(dataFolder);
        StoreWriter? writer = null;
        try
        {
            writer = StoreWriter.Open(folder.DatabasePath, PageSize);
            SchemaMigrations.Apply(writer.Connection);
            RemoveUnfinishedSegments(writer.Connection);
            var lastLease = JobRows.EndLeases(writer.Connection);
            var indexes = SegmentCatalogue.ReadAll(writer.Connection).ToImmutableDictionary();
            var store = new SqliteStore(folder, writer, indexes, time, logger) { _lastLease = lastLease };
            store.LogOpened(
                indexes.Values.Sum(index => index.Segments.Count),
                indexes.Values.Sum(index => index.Segments.Sum(view => view.LiveChunks)),
                time.GetElapsedTime(started).TotalMilliseconds);
            store._mergeThread.Start();
            store._ledger.Start();
            return store;
        }
        catch
        {
            writer?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the write in progress, then closes the store and gives the folder back.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        StopMerging();
        _ledger.Dispose();
        _readers.Dispose();
        _writer.Dispose();
        _folder.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    /// <summary>Takes away what a merge had written, or not yet removed, when the process ended.</summary>
    private static void RemoveUnfinishedSegments(StoreConnection connection)
    {
        foreach (var id in SegmentCatalogue.IdsNotLive(connection))
        {
            connection.Execute("BEGIN IMMEDIATE");
            SegmentCatalogue.Remove(connection, id);
            connection.Execute("COMMIT");
        }

        connection.Execute("DELETE FROM segment_parts WHERE (id >> 20) NOT IN (SELECT id FROM segments)");
    }

    /// <summary>Lets the file grow to so many pages only, which to a commit is a full disk. For tests.</summary>
    internal void LimitPages(int pages)
        => _writer.WriteBlocking(connection => connection.Scalar($"PRAGMA max_page_count = {pages}"), committed: null, CancellationToken.None);

    [LoggerMessage(LogLevel.Debug, "Opened the store: {SegmentCount} segments with {ChunkCount} chunks in {ElapsedMs} ms")]
    private partial void LogOpened(int segmentCount, int chunkCount, double elapsedMs);
}
