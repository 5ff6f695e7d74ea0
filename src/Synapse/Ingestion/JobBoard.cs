using Synapse.Errors;

namespace Synapse.Ingestion;

/// <summary>What this process knows of jobs besides the store: those it works on, those somebody waits for, and what keeps all of them.</summary>
internal sealed class JobBoard
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, TrackedJob> _jobs = [];
    private SynapseException? _hindrance;

    /// <summary>Takes hold of a job. To be paired with <see cref="Drop"/>.</summary>
    public TrackedJob Hold(IngestionJob job)
    {
        lock (_gate)
        {
            if (!_jobs.TryGetValue(job.Id, out var tracked))
            {
                _jobs[job.Id] = tracked = new TrackedJob(job);
            }

            tracked.Holders++;
            return tracked;
        }
    }

    /// <summary>Lets go of a job.</summary>
    public void Drop(TrackedJob tracked)
    {
        lock (_gate)
        {
            if (--tracked.Holders == 0)
            {
                _jobs.Remove(tracked.Current.Id);
            }
        }
    }

    /// <summary>Takes a change that came from the store, and stops the work of this process on the job if it is not to go on.</summary>
    public void Take(IngestionJob job)
    {
        TrackedJob? tracked;
        lock (_gate)
        {
            tracked = _jobs.GetValueOrDefault(job.Id);
        }

        tracked?.SetStored(job);
        if (job.State is not (IngestionJobState.Running or IngestionJobState.Waiting))
        {
            tracked?.Stop();
        }
    }

    /// <summary>Sets what keeps the store from taking anything, so that whoever waits for a job further back is told as well; null when nothing does.</summary>
    public void Hinder(SynapseException? hindrance)
    {
        TrackedJob[] jobs;
        lock (_gate)
        {
            if (_hindrance?.Code == hindrance?.Code)
            {
                return;
            }

            _hindrance = hindrance;
            jobs = [.. _jobs.Values];
        }

        foreach (var job in jobs)
        {
            job.Wake();
        }
    }

    /// <summary>A job as it is told to whoever asks.</summary>
    public IngestionJob Tell(IngestionJob job)
    {
        lock (_gate)
        {
            return job.State == IngestionJobState.Queued && _hindrance is { } hindrance
                ? job with { State = IngestionJobState.Waiting, ErrorCode = hindrance.Code, ErrorMessage = hindrance.Message }
                : job;
        }
    }
}
