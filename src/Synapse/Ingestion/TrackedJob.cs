namespace Synapse.Ingestion;

/// <summary>A job of this process: where it stands, and who waits for it.</summary>
internal sealed class TrackedJob(IngestionJob job)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private IngestionJob _current = job;

    /// <summary>Whether the worker loop has it in its line.</summary>
    public bool IsInLine { get; set; }

    /// <summary>Whether work on it has begun.</summary>
    public bool IsStarted { get; set; }

    /// <summary>Whether the whole source is to be looked at, not only the paths that are known to have changed.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Ends it on request.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

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

    /// <summary>Where it stands, and a task that ends when that is no longer so.</summary>
    public (IngestionJob Job, Task Changed) Observe()
    {
        lock (_gate)
        {
            return (_current, _changed.Task);
        }
    }

    /// <summary>Sets where it stands and wakes those who wait.</summary>
    public void Set(IngestionJob job)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _current = job;
            changed = _changed;
            _changed = New();
        }

        changed.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
