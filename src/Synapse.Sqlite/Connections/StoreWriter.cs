using Microsoft.Data.Sqlite;

namespace Synapse.Sqlite.Connections;

/// <summary>The one connection that writes, one transaction at a time.</summary>
internal sealed class StoreWriter : IDisposable
{
    private readonly StoreConnection _connection;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _disposed;

    private StoreWriter(StoreConnection connection) => _connection = connection;

    /// <summary>Opens or makes the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="pageSize">Bytes per page of a file that is made.</param>
    public static StoreWriter Open(string path, int pageSize)
    {
        var connection = StoreConnection.Open(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            // FULL: a commit is on the disk when it returns. The journal limit gives space back after a large commit.
            connection.Execute(
                $"PRAGMA page_size = {pageSize}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;"
                + " PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 67108864;");
            return new StoreWriter(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The connection, for work before anyone else can reach the store.</summary>
    public StoreConnection Connection => _connection;

    /// <summary>Runs work in a transaction.</summary>
    /// <param name="work">The work; when it throws, nothing of it is kept.</param>
    /// <param name="committed">Called with the result when it is durable, before the next writer begins.</param>
    /// <param name="cancellationToken">Stops the waiting for earlier writers; work that has begun is finished.</param>
    public async ValueTask<T> WriteAsync<T>(Func<StoreConnection, T> work, Action<T>? committed, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Write(work, committed);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Runs work in a transaction, on a thread of the caller that may wait.</summary>
    public T WriteBlocking<T>(Func<StoreConnection, T> work, Action<T>? committed, CancellationToken cancellationToken)
    {
        _gate.Wait(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Write(work, committed);
        }
        finally
        {
            _gate.Release();
        }
    }

    private T Write<T>(Func<StoreConnection, T> work, Action<T>? committed)
    {
        _connection.Execute("BEGIN IMMEDIATE");
        T result;
        try
        {
            result = work(_connection);
            _connection.Execute("COMMIT");
        }
        catch
        {
            // SQLite itself has rolled back after some faults, such as a full disk.
            if (_connection.IsInTransaction)
            {
                _connection.Execute("ROLLBACK");
            }

            throw;
        }

        committed?.Invoke(result);
        return result;
    }

    public void Dispose()
    {
        _gate.Wait(CancellationToken.None);
        _disposed = true;
        _connection.Dispose();
        _gate.Release();
    }
}
