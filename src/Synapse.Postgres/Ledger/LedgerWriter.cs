using System.Collections.Concurrent;
using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;
using Synapse.Errors;
using Synapse.Postgres.Connections;
using Synapse.Privacy;

namespace Synapse.Postgres.Ledger;

/// <summary>
/// Writes the ledger on a thread and a connection of its own, all that waits in one transaction, in order: a hundred requests at once cost one trip to the
/// disk, and a request that stays on this machine waits for none. The connection holds a lock that tells other servers that this one is there.
/// </summary>
internal sealed partial class LedgerWriter : IDisposable
{
    /// <summary>Entries after which the old ones are forgotten anew.</summary>
    private const int ForgetEvery = 1_000;
    private const int MaxBatch = 500;

    /// <summary>Most notes that wait for a database that cannot be written.</summary>
    private const int MaxKept = 10_000;

    private readonly StoreConnections _connections;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BlockingCollection<Note> _notes = [];
    private readonly Thread _thread;
    private readonly List<Note> _kept = [];
    private NpgsqlConnection? _connection;
    private int _serverId;
    private long _written;
    private long? _forgottenAt;

    public LedgerWriter(StoreConnections connections, TimeProvider time, ILogger logger)
    {
        _connections = connections;
        _time = time;
        _logger = logger;
        _thread = new Thread(WriteUntilStopped) { IsBackground = true, Name = "synapse-ledger" };
    }

    public EgressRetention Retention { get; set; } = new(100_000, TimeSpan.FromDays(365));

    /// <summary>Closes what servers that are gone left open, and begins to write.</summary>
    public void Start()
    {
        Write([]);
        _thread.Start();
    }

    public async ValueTask<long> BeginAsync(EgressAttempt attempt, CancellationToken cancellationToken)
    {
        // One key at a time: those of several servers ascend together.
        var id = await _connections.QueryAsync(
            (connection, token) => connection.FindAsync("SELECT nextval('egress_ids')", [], row => row.GetInt64(0), token), cancellationToken);
        var written = attempt.Leaves ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        Add(new Note(id, attempt, null, written));
        if (written is not null)
        {
            await WaitAsync(id, written.Task, cancellationToken);
        }

        return id;
    }

    public void Complete(long id, EgressResult result)
    {
        try
        {
            Add(new Note(id, null, result, null));
        }
        catch (ObjectDisposedException)
        {
            // The store is closed; the entry stays open, and the next start closes it.
        }
    }

    public void Dispose()
    {
        _notes.CompleteAdding();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        Leave();
        _notes.Dispose();
    }

    private async Task WaitAsync(long id, Task written, CancellationToken cancellationToken)
    {
        try
        {
            await written.WaitAsync(cancellationToken);
        }
        catch (Exception error) when (error is OperationCanceledException or SynapseException)
        {
            // It is not sent, so nobody will ever complete it; and it may be there although the confirmation did not come.
            Complete(id, new EgressResult(EgressOutcome.Cancelled, null, null, 0, 0, TimeSpan.Zero));
            throw;
        }
    }

    private void Add(Note note)
    {
        try
        {
            _notes.Add(note);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(LedgerWriter));
        }
    }

    private void WriteUntilStopped()
    {
        var batch = new List<Note>();
        foreach (var first in _notes.GetConsumingEnumerable())
        {
            batch.Clear();
            batch.AddRange(_kept);
            batch.Add(first);
            while (batch.Count < MaxBatch && _notes.TryTake(out var next))
            {
                batch.Add(next);
            }

            _kept.Clear();
            WriteOrKeep(batch);
        }
    }

    // Whoever waits for a note is told. What nobody waits for is written with the next note: a database that is away for a moment loses nothing.
    private void WriteOrKeep(List<Note> batch)
    {
        try
        {
            Write(batch);
            batch.ForEach(note => note.Written?.TrySetResult());
        }
        catch (Exception e) when (e is SynapseException or InvalidOperationException or NpgsqlException)
        {
            batch.ForEach(note => note.Fail(e));
            _kept.AddRange(batch.Where(note => note.Written is null));
            var lost = Math.Max(_kept.Count - MaxKept, 0);
            _kept.RemoveRange(0, lost);
            LogFailed(e, _kept.Count, lost);
        }
    }

    private void Write(List<Note> notes)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                WriteOnce(notes);
                return;
            }
            catch (Exception error) when (PostgresFault.Name(_connections.Name, error) is { } named)
            {
                _connections.Forget(error);
                _connection?.Dispose();
                _connection = null;
                if (attempt > 1 || !PostgresFault.IsTransient(error))
                {
                    throw named;
                }
            }
        }
    }

    // Doing it twice changes nothing, so it does not matter whether a commit without an answer was one.
    private void WriteOnce(List<Note> notes)
    {
        if (_connection is { State: not ConnectionState.Open })
        {
            _connection.Dispose();
            _connection = null;
        }

        _connection ??= Enter();
        using var transaction = _connection.BeginTransaction();
        using var batch = new NpgsqlBatch(_connection, transaction);
        foreach (var note in notes)
        {
            note.Write(batch, _serverId);
        }

        var written = _written + notes.Count;
        var due = _forgottenAt is null || written - _forgottenAt >= ForgetEvery;
        if (due)
        {
            LedgerRows.CloseAbandoned(batch);
            if (notes.Count > 0)
            {
                LedgerRows.Forget(batch, Retention, _time.GetUtcNow());
            }
        }

        batch.ExecuteNonQuery();
        transaction.Commit();
        _written = written;
        _forgottenAt = due && notes.Count > 0 ? written : _forgottenAt;
    }

    /// <summary>Opens the connection and says on it that this server is there.</summary>
    private NpgsqlConnection Enter()
    {
        var connection = _connections.Open();
        try
        {
            if (_serverId == 0)
            {
                using var next = connection.Command("SELECT nextval('server_ids')::int");
                _serverId = (int)next.ExecuteScalar()!;
            }

            using var enter = connection.Command("SELECT pg_advisory_lock_shared($1, $2)", LedgerRows.ServerLock, _serverId);
            enter.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Says that this server is gone, so that one that starts next knows at once.</summary>
    private void Leave()
    {
        if (_connection is not { } connection)
        {
            return;
        }

        try
        {
            using var leave = connection.Command("SELECT pg_advisory_unlock_all()");
            leave.ExecuteNonQuery();
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The lock goes with the connection.
        }

        connection.Dispose();
        _connection = null;
    }

    [LoggerMessage(LogLevel.Error, "The egress ledger could not be written: requests that leave this machine are refused meanwhile, {KeptCount} other notes wait, {LostCount} are lost")]
    private partial void LogFailed(Exception error, int keptCount, int lostCount);

    /// <summary>Something to write: the beginning of a request, or its end.</summary>
    private sealed record Note(long Id, EgressAttempt? Attempt, EgressResult? Result, TaskCompletionSource? Written)
    {
        public void Write(NpgsqlBatch batch, int serverId)
        {
            if (Attempt is not null)
            {
                LedgerRows.Add(batch, Id, serverId, Attempt);
            }
            else if (Result is not null)
            {
                LedgerRows.Complete(batch, Id, Result);
            }
        }

        public void Fail(Exception error)
        {
            if (Written is null)
            {
                return;
            }

            Written.TrySetException(error);

            // Nobody may be waiting, and a fault that nobody hears of is not to end the process.
            _ = Written.Task.Exception;
        }
    }
}
