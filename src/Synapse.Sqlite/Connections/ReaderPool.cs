using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Synapse.Sqlite.Connections;

/// <summary>Connections for reading. Write-ahead logging lets them read while the writer writes.</summary>
internal sealed class ReaderPool(string path) : IDisposable
{
    private readonly ConcurrentBag<StoreConnection> _idle = [];
    private volatile bool _disposed;

    /// <summary>Runs a read on a connection that no one else uses meanwhile, in one read transaction.</summary>
    public T Read<T>(Func<StoreConnection, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var connection = _idle.TryTake(out var idle) ? idle : StoreConnection.Open(path, SqliteOpenMode.ReadOnly);
        var intact = false;
        try
        {
            connection.Execute("BEGIN");
            var result = work(connection);
            connection.Execute("COMMIT");
            intact = true;
            return result;
        }
        finally
        {
            if (intact && !_disposed)
            {
                _idle.Add(connection);
            }
            else
            {
                connection.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }
}
