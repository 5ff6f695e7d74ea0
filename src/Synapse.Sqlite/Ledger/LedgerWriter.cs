using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Sqlite.Connections;

namespace Synapse.Sqlite.Ledger;

/// <summary>
/// Writes the ledger on a thread of its own, all that waits in one transaction: a hundred requests at once cost one trip to the disk, and a request that
/// stays on this machine waits for none.
/// </summary>
internal sealed partial class LedgerWriter : IDisposable
{
    /// <summary>Entries after which the old ones are forgotten anew.</summary>
    private const int ForgetEvery = 1_000;
    private const int MaxBatch = 500;

    private readonly StoreWriter _writer;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BlockingCollection<Note> _notes = [];
    private readonly Thread _thread;
    private long _lastId;
    private long? _forgottenAt;

    public LedgerWriter(StoreWriter writer, TimeProvider time, ILogger logger)
    {
        _writer = writer;
        _time = time;
        _logger = logger;
        _thread = new Thread(WriteUntilStopped) { IsBackground = true, Name = "synapse-ledger" };
    }

    public EgressRetention Retention { get; set; } = new(100_000, TimeSpan.FromDays(365));

    /// <summary>Closes what an earlier process left open, and begins to write.</summary>
    public void Start()
    {
        LedgerRows.CloseOpen(_writer.Connection);
        _lastId = LedgerRows.LastId(_writer.Connection);
        _thread.Start();
    }

    /// <summary>Gives greater keys than this one from now on.</summary>
    public void Passed(long id)
    {
        for (var last = Interlocked.Read(ref _lastId); last < id; last = Interlocked.Read(ref _lastId))
        {
            Interlocked.CompareExchange(ref _lastId, id, last);
        }
    }

    public async ValueTask<long> BeginAsync(EgressAttempt attempt, CancellationToken cancellationToken)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var note = new Note(Interlocked.Increment(ref _lastId), attempt, null, written);
        Add(note);
        if (attempt.Leaves)
        {
            await WaitAsync(note.Id, written.Task, cancellationToken);
        }

        return note.Id;
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

        _notes.Dispose();
    }

    private async Task WaitAsync(long id, Task written, CancellationToken cancellationToken)
    {
        try
        {
            await written.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Nobody will ever complete it.
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
            batch.Add(first);
            while (batch.Count < MaxBatch && _notes.TryTake(out var next))
            {
                batch.Add(next);
            }

            Write(batch);
        }
    }

    private void Write(List<Note> batch)
    {
        try
        {
            _writer.WriteBlocking(
                connection =>
                {
                    foreach (var note in batch)
                    {
                        note.Write(connection);
                    }

                    ForgetWhenDue(connection, batch[^1].Id);
                    return true;
                },
                committed: null,
                CancellationToken.None);
            batch.ForEach(note => note.Written?.TrySetResult());
        }
        catch (Exception e) when (e is SynapseException or InvalidOperationException)
        {
            LogLost(e, batch.Count);
            batch.ForEach(note => note.Fail(e));
        }
    }

    private void ForgetWhenDue(StoreConnection connection, long id)
    {
        if (id - _forgottenAt < ForgetEvery)
        {
            return;
        }

        LedgerRows.Forget(connection, Retention, _time.GetUtcNow());
        _forgottenAt = id;
    }

    [LoggerMessage(LogLevel.Error, "The egress ledger could not be written; {NoteCount} notes are lost, and requests that leave this machine are refused meanwhile")]
    private partial void LogLost(Exception error, int noteCount);

    /// <summary>Something to write: the beginning of a request, or its end.</summary>
    private sealed record Note(long Id, EgressAttempt? Attempt, EgressResult? Result, TaskCompletionSource? Written)
    {
        public void Write(StoreConnection connection)
        {
            if (Attempt is not null)
            {
                LedgerRows.Add(connection, Id, Attempt);
            }
            else if (Result is not null)
            {
                LedgerRows.Complete(connection, Id, Result);
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
