using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Synapse.Sqlite.Connections;

/// <summary>One connection to the store with its prepared statements. Used by one thread at a time.</summary>
/// <remarks>Statements go to SQLite itself, not through ADO.NET: blobs are bound from and read into spans, without a copy in between.</remarks>
internal sealed class StoreConnection : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, StoreStatement> _statements = [];

    private StoreConnection(SqliteConnection connection, string path)
    {
        _connection = connection;
        Path = path;
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(Handle);

    /// <summary>Key of the row inserted last.</summary>
    public long LastInsertId => raw.sqlite3_last_insert_rowid(Handle);

    private sqlite3 Handle => _connection.Handle ?? throw new ObjectDisposedException(nameof(StoreConnection));

    /// <summary>Opens the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether to make it, and whether to write.</param>
    public static StoreConnection Open(string path, SqliteOpenMode mode)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString;
        var connection = new SqliteConnection(text);
        try
        {
            connection.Open();
            var opened = new StoreConnection(connection, path);
            // Both first, so that they guard the reading of the file's own schema too.
            opened.Execute("PRAGMA busy_timeout = 10000; PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;");
            return opened;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw SqliteFault.ToException(path, e.SqliteExtendedErrorCode, e.Message);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A statement, prepared on first use. The caller resets it.</summary>
    public StoreStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v2(Handle, sql, out var prepared));
            statement = new StoreStatement(this, prepared);
            _statements.Add(sql, statement);
        }

        return statement;
    }

    /// <summary>Runs statements without parameters or rows.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(Handle, sql));

    /// <summary>The one number that a query gives.</summary>
    public long Scalar(string sql)
    {
        var statement = Prepare(sql);
        var value = statement.Step() ? statement.Int64(0) : 0;
        statement.Reset();
        return value;
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>Opens a blob for reading in pieces.</summary>
    public sqlite3_blob OpenBlob(string table, string column, long rowId)
    {
        Check(raw.sqlite3_blob_open(Handle, "main", table, column, rowId, 0, out var blob));
        return blob;
    }

    /// <summary>Throws the named error when the code is one.</summary>
    public void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            throw Fault();
        }
    }

    /// <summary>The error that this connection reported last.</summary>
    public Exception Fault()
        => SqliteFault.ToException(Path, raw.sqlite3_extended_errcode(Handle), raw.sqlite3_errmsg(Handle).utf8_to_string() ?? "no message");

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }
}
