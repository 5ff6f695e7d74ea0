namespace Synapse.Ingestion;

/// <summary>A job that somebody in this process works on or waits for, and where it stands as far as is known here.</summary>
internal sealed class TrackedJob(IngestionJob job)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private IngestionJob _current = job;
    private CancellationTokenSource? _work;

    /// <summary>How many hold it.</summary>
    public int Holders { get; set; }

    /// <summary>Where it stands.</summary>
    public IngestionJob Current
    {
        get
        {
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>Whether this process works on it.</summary>
    public bool IsAtWork
    {
        get
        {
            lock (_gate)
            {
                return _work is not null;
            }
        }
    }

    /// <summary>Where it stands, and a task that ends when that is no longer so.</summary>
    public (IngestionJob Job, Task Changed) Observe()
    {
        lock (_gate)
        {
            return (_current, _changed.Task);
        }
    }

    /// <summary>Takes it as this process' own work.</summary>
    /// <param name="job">Where it stands.</param>
    /// <param name="work">Stops the work.</param>
    public void Begin(IngestionJob job, CancellationTokenSource work) => Change(() => (_current, _work) = (job, work));

    /// <summary>Sets where this process' own work stands.</summary>
    public void Set(IngestionJob job) => Change(() => _current = job);

    /// <summary>Ends this process' own work.</summary>
    /// <param name="job">Where it stands now.</param>
    public void End(IngestionJob job) => Change(() => (_current, _work) = (job, null));

    /// <summary>Sets where it stands by the store, unless more is known here.</summary>
    public void SetStored(IngestionJob job)
    {
        lock (_gate)
        {
            if (_work is not null || _current.IsFinished || _current == job)
            {
                return;
            }
        }

        Change(() => _current = _work is null && !_current.IsFinished ? job : _current);
    }

    /// <summary>Stops the work of this process on it, if there is any.</summary>
    public void Stop()
    {
        CancellationTokenSource? work;
        lock (_gate)
        {
            work = _work;
        }

        try
        {
            work?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>Lets those who wait look again.</summary>
    public void Wake() => Change(static () => { });

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            changed = _changed;
            _changed = New();
        }

        changed.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
